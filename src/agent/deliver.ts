import type { Onward } from './hand-on.ts';
import type { Plan } from './plan.ts';
import { repeat } from './repeat.ts';
import type { AgentWorld, Claim } from './world.ts';

/** Tries of one transfer; the storage client repeats each of them too. */
export const transferTriesMax = 5;

/** What to deliver: the output of one run. */
export interface Delivery {
  claim: Pick<Claim, 'jobId' | 'attempt'>;
  path: string;
  extension: string;
  onward: Onward | undefined;
}

/**
 * Uploads the output as the attempt's result, and hands it on where it goes on, both before anybody reports them.
 * Returns the name of the result.
 */
export async function deliver(
  { claim, path, extension, onward }: Delivery,
  plan: Pick<Plan, 'askMs'>,
  signal: AbortSignal,
  world: Pick<AgentWorld, 'uploadResult' | 'handOn' | 'sleep' | 'random' | 'log'>,
): Promise<string> {
  const resultName = `${claim.jobId}.${claim.attempt}${extension}`;
  const options = { triesMax: transferTriesMax, pauseMsMax: plan.askMs, mayPass: isRetryable };
  signal.throwIfAborted();
  await repeat(
    () => world.uploadResult(resultName, path, signal),
    { ...options, what: 'upload of the result' },
    signal,
    world,
  );
  signal.throwIfAborted();
  if (onward)
    await repeat(
      () => world.handOn(onward.name, path, onward.metadata, signal),
      { ...options, what: 'hand-on' },
      signal,
      world,
    );
  return resultName;
}

export function isRetryable(error: { retryable: boolean }): boolean {
  return error.retryable;
}
