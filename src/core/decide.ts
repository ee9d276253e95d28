import assert from 'node:assert';
import { historyLinesMax, type Job } from './job.ts';
import { canMoveJob, type JobState } from './moves.ts';
import type { World } from './world.ts';

/** What a move may change besides the state, the attempt and the history, which follow from the move itself. */
export type JobChange = Partial<
  Omit<Job, 'id' | 'fileName' | 'etag' | 'state' | 'attempt' | 'history' | 'version'>
>;

/**
 * Decides: moves a job by one conditional write of its row, history line included. The first of the three steps of
 * every change (decide, list, unlist). The attempt rises whenever the job changes VM or goes back to waiting.
 *
 * Returns the job as written; undefined if another write came first: read it again, it may be done already.
 */
export async function decide(
  job: Job,
  state: JobState,
  change: JobChange & { cause: string },
  world: World,
): Promise<Job | undefined> {
  assert(canMoveJob(job.state, state), `a job cannot go from ${job.state} to ${state}`);
  return world.jobs.write(moved(job, state, change, world.now()));
}

/** The job after a move, not yet written. A job that has no row yet comes from `none`. */
export function moved(
  job: Job,
  state: JobState,
  change: JobChange & { cause: string },
  now: number,
  from: JobState | 'none' = job.state,
): Job {
  const attempt = beginsAnew(from, state) ? job.attempt + 1 : job.attempt;
  const next: Job = { ...job, leaseUntil: 0, error: '', ...change, state, attempt };
  const line = { at: now, state, cause: next.cause, attempt, vmName: next.vmName };
  return { ...next, history: [...job.history, line].slice(-historyLinesMax) };
}

function beginsAnew(from: JobState | 'none', to: JobState): boolean {
  if (from === 'none') return false;
  return to === 'received' || (to === 'assigned' && from !== 'received');
}
