import { dueAt, type Job } from './job.ts';
import type { IndexEntry, IndexPlace } from './world.ts';

/** The entry that a job has in an index at its present attempt. */
export function entryOf(place: IndexPlace, job: Job): IndexEntry {
  return {
    place,
    jobId: job.id,
    attempt: job.attempt,
    action: job.action,
    priority: job.priority,
    at: dueAt(job),
  };
}
