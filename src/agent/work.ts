import { isAppError } from '../core/errors.ts';
import { isRetryable } from './deliver.ts';
import { type Asked, ask, holdLease, type Leased } from './lease.ts';
import { messageOf } from './message-of.ts';
import type { Plan } from './plan.ts';
import { produce } from './produce.ts';
import { repeat } from './repeat.ts';
import { UnfitError } from './unfit.ts';
import type { AgentWorld, Claim, Report } from './world.ts';

/**
 * Works one file under its lease and reports it, until the report is answered. Returns that answer; undefined if there
 * is none: the lease was lost (nothing is reported), the report was refused, or the agent is to stop (the file is
 * handed back). Throws `UnfitError` where this machine can work no file.
 */
export async function work(
  leased: Leased,
  plan: Plan,
  stop: AbortSignal,
  world: AgentWorld,
): Promise<Asked | undefined> {
  const { claim } = leased;
  const { fileName, jobId } = claim;
  const about = { fileName, jobId };
  world.log({
    event: 'file-begun',
    level: 'info',
    message: `${claim.action} begun, attempt ${claim.attempt}`,
    ...about,
  });
  const lease = holdLease(leased, plan, world);
  try {
    const report = await produce(claim, plan, AbortSignal.any([stop, lease.lost]), world);
    lease.lost.throwIfAborted();
    logReport(report, world);
    // The lease is kept meanwhile, but a lost one no longer matters: the result of an older attempt is welcome, and a
    // report whose answer was lost ended the lease itself.
    return await repeat(
      () => ask(() => world.finish(report), world),
      { what: 'report', triesMax: Infinity, pauseMsMax: plan.askMs, mayPass: isRetryable },
      stop,
      world,
    );
  } catch (error) {
    if (error instanceof UnfitError) throw error;
    if (lease.lost.aborted)
      world.log({ event: 'lease-lost', level: 'warning', message: messageOf(lease.lost.reason), ...about });
    else if (stop.aborted) await handBack(claim, world);
    else if (isAppError(error))
      world.log({ event: 'report-refused', level: 'error', message: error.message, ...about });
    else throw error;
    return undefined;
  } finally {
    lease.end();
    await world.closeFolder(claim).catch((error: unknown) => {
      world.log({ event: 'folder-left', level: 'warning', message: messageOf(error), ...about });
    });
  }
}

function logReport(report: Report, world: AgentWorld): void {
  const { fileName, jobId, status, error, durationMs } = report;
  const about = { fileName, jobId };
  if (status === 'ok')
    world.log({ event: 'file-done', level: 'info', message: `${durationMs} ms`, ...about });
  else world.log({ event: 'file-failed', level: 'error', message: error, ...about });
}

/** Hands a file back. Without an answer its lease runs out by itself. */
async function handBack(claim: Claim, world: AgentWorld): Promise<void> {
  const { fileName, jobId } = claim;
  const about = { fileName, jobId };
  try {
    await world.release(claim);
    world.log({ event: 'file-released', level: 'info', message: 'handed back: the agent stops', ...about });
  } catch (error) {
    if (!isAppError(error)) throw error;
    world.log({ event: 'file-not-released', level: 'warning', message: error.message, ...about });
  }
}
