import { decide } from './decide.ts';
import type { Job } from './job.ts';
import type { World } from './world.ts';

/**
 * Decides a job away from its VM: back to waiting. A run that was begun and not reported is counted, and at the limit the job
 * is failed instead: a file that kills its VM does not go round for ever. Undefined if another write came first.
 */
export async function decideAway(
  job: Job,
  cause: string,
  world: World,
  wasBegun = job.state === 'processing',
): Promise<Job | undefined> {
  if (!wasBegun) return decide(job, 'received', { vmName: '', cause }, world);
  if (job.unreported < world.rules.unreportedMax)
    return decide(job, 'received', { vmName: '', unreported: job.unreported + 1, cause }, world);
  const times = job.unreported + 1;
  const error = `it was begun ${times} times without a report, last on ${job.vmName}: it may kill its VM`;
  return decide(job, 'failed', { cause: 'unreported', error }, world);
}
