import assert from 'node:assert';
import type { Job } from './job.ts';
import type { World } from './world.ts';

/** Reads a job that is known to exist: rows of `tbljob` are never deleted. */
export async function mustRead(jobId: string, world: World): Promise<Job> {
  const job = await world.jobs.read(jobId);
  assert(job, `job ${jobId} has vanished from tbljob; rows there are never deleted`);
  return job;
}
