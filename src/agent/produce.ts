import { fillCommand } from './command.ts';
import { deliver, isRetryable, transferTriesMax } from './deliver.ts';
import { handOnFrom } from './hand-on.ts';
import { messageOf } from './message-of.ts';
import { guestFor, type Plan } from './plan.ts';
import { repeat } from './repeat.ts';
import { UnfitError } from './unfit.ts';
import type { AgentWorld, Claim, Report } from './world.ts';

type Outcome = Pick<Report, 'status' | 'resultName' | 'error' | 'permanent'>;

/**
 * Does one file: downloads it, runs its guest program, delivers the output. Returns what there is to report. Throws
 * only when the signal fires, the reason, and `UnfitError` where the machine is at fault; whatever else goes wrong harms
 * this attempt and nothing more, so it is a failed run. The time limit counts for all of it: a transfer can hang as a
 * program can.
 */
export async function produce(
  claim: Claim,
  plan: Plan,
  signal: AbortSignal,
  world: AgentWorld,
): Promise<Report> {
  const startedAt = world.now();
  const limitMs = guestFor(claim.action, plan)?.timeLimitMs ?? claim.timeLimitSeconds * 1000;
  const limit = new AbortController();
  const ended = new AbortController();
  void world.sleep(limitMs, ended.signal).then(() => {
    if (!ended.signal.aborted) limit.abort(new Error(`time limit of ${limitMs / 1000} s reached`));
  });
  const inTime = AbortSignal.any([signal, limit.signal]);
  const outcome = await make(claim, plan, inTime, world)
    .catch((error: unknown) => {
      if (!(error instanceof UnfitError)) return failed(messageOf(inTime.aborted ? inTime.reason : error));
      const { fileName, jobId } = claim;
      world.log({ event: 'unfit', level: 'error', message: error.message, fileName, jobId });
      throw error;
    })
    .finally(() => ended.abort());
  if (outcome.status === 'failed') signal.throwIfAborted();
  const { fileName, jobId, attempt } = claim;
  return { fileName, jobId, attempt, ...outcome, durationMs: Math.round(world.now() - startedAt) };
}

async function make(claim: Claim, plan: Plan, signal: AbortSignal, world: AgentWorld): Promise<Outcome> {
  const guest = guestFor(claim.action, plan);
  if (!guest) return failed(`no guest program for action "${claim.action}" on ${plan.vmName}`);
  signal.throwIfAborted();
  const { path, input, output } = await world.openFolder(claim, guest.extension);

  const download = await repeat(
    () => world.download(claim.fileName, claim.etag, input, signal),
    { what: 'download', triesMax: transferTriesMax, pauseMsMax: plan.askMs, mayPass: isRetryable },
    signal,
    world,
  );
  if (download.outcome !== 'ok') return failed(download.outcome === 'changed' ? 'superseded' : 'gone');
  const { next, extension } = guest;
  const onward = next && handOnFrom(claim, download.metadata, { next, extension }, plan.hopsMax);
  if (next && !onward)
    return failed(`handed on ${plan.hopsMax} times already: the "next" of the guest programs goes round`);

  signal.throwIfAborted();
  const end = await world.run(
    {
      action: claim.action,
      command: fillCommand(guest.command, { input, output, action: claim.action }),
      folder: path,
      workingFolder: guest.workingFolder ?? path,
      output,
      environment: guest.environment,
      console: guest.console,
    },
    signal,
  );
  if (!end.ok) {
    if (signal.aborted) return failed(`${messageOf(signal.reason)}\n${end.tail}`.trim());
    // Only of a program that ended by itself: one that is told to end may end with any code.
    const isPermanent = end.exitCode !== undefined && guest.permanentExitCodes.includes(end.exitCode);
    const reason = isPermanent ? `${end.reason}, which is declared permanent` : end.reason;
    return { ...failed(`${reason}\n${end.tail}`.trim()), ...(isPermanent && { permanent: true }) };
  }
  const resultName = await deliver(
    { claim, path: output, extension, onward: onward || undefined },
    plan,
    signal,
    world,
  );
  return { status: 'ok', resultName, error: '' };
}

function failed(error: string): Outcome {
  return { status: 'failed', resultName: '', error };
}
