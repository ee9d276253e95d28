import { extname } from 'node:path';
import { AppError, isAppError } from '../core/errors.ts';
import { isAction } from '../core/metadata.ts';
import { deliver, isRetryable } from './deliver.ts';
import { handOnFrom } from './hand-on.ts';
import { dropHeld, type Held, mustHold } from './held.ts';
import type { Plan } from './plan.ts';
import { repeat } from './repeat.ts';
import type { AgentWorld, Answer } from './world.ts';

/** What a site's own script says of the file that it was handed. */
export interface Done {
  fileName: string;
  /** Path of the result, which is uploaded. */
  result?: string;
  /** The action that the result goes on to, as a new file. */
  next?: string;
  /** Why it failed; if not given, it did not. */
  failed?: string;
  /** No further run can mend that. */
  permanent?: boolean;
}

/**
 * Delivers and reports the file that was handed out from `folder`, until the report is answered, and forgets it. Throws
 * `not_found` if that file is not handed out here, `lease_lost` if it has become another VM's meanwhile.
 */
export async function reportDone(
  done: Done,
  folder: string,
  plan: Pick<Plan, 'askMs' | 'hopsMax'>,
  signal: AbortSignal,
  world: AgentWorld,
): Promise<Answer> {
  if (done.permanent && done.failed === undefined)
    throw new AppError('bad_input', '--permanent says so of a failure: give --failed too');
  const held = await mustHold(folder, done.fileName);
  const { fileName, jobId, attempt } = held.claim;
  const resultName =
    done.failed === undefined && done.result !== undefined
      ? await deliverHeld(held, done.result, done.next, plan, signal, world)
      : '';
  const report = {
    fileName,
    jobId,
    attempt,
    status: done.failed === undefined ? ('ok' as const) : ('failed' as const),
    resultName,
    error: done.failed ?? '',
    ...(done.permanent && { permanent: true }),
    durationMs: Math.max(0, Date.now() - held.beganAt),
  };
  const options = { what: 'report', triesMax: Infinity, pauseMsMax: plan.askMs, mayPass: isRetryable };
  try {
    const answer = await repeat(() => world.finish(report), options, signal, world);
    await forget(held, folder, world);
    return answer;
  } catch (error) {
    if (isAppError(error, 'lease_lost')) await forget(held, folder, world);
    throw error;
  }
}

async function deliverHeld(
  held: Held,
  path: string,
  next: string | undefined,
  plan: Pick<Plan, 'askMs' | 'hopsMax'>,
  signal: AbortSignal,
  world: AgentWorld,
): Promise<string> {
  if (next !== undefined && !isAction(next)) throw new AppError('bad_input', `no action: ${next}`);
  const { claim, metadata } = held;
  const extension = extname(path);
  const onward =
    next === undefined ? undefined : handOnFrom(claim, metadata, { next, extension }, plan.hopsMax);
  if (next !== undefined && !onward)
    throw new AppError(
      'bad_input',
      `handed on ${plan.hopsMax} times already: report it with --failed, or without --next`,
    );
  return await deliver({ claim, path, extension, onward }, plan, signal, world);
}

async function forget(held: Held, folder: string, world: AgentWorld): Promise<void> {
  await dropHeld(folder);
  await world.closeFolder(held.claim);
}
