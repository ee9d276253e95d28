import assert from 'node:assert';
import type { Job } from './job.ts';
import { unlistFromVm } from './unlist.ts';
import type { World } from './world.ts';

/**
 * Closes a completed job: result row, then the blob, then the VM's entry. In this order, so that whatever stops it half
 * way, the blob is only ever deleted when its result is recorded, and the next who meets the job ends the rest.
 */
export async function close(job: Job, world: World): Promise<void> {
  await settle(job, world);
  await unlistFromVm(job.vmName, job, world);
}

/** All of closing but the VM's entry, which has gone stale by it. */
export async function settle(job: Job, world: World): Promise<void> {
  assert(job.state === 'completed', `a job that is ${job.state} cannot be closed`);
  await world.jobs.record(job);
  const removed = await world.files.remove(job.fileName, job.etag);
  // Its result is recorded, so its VM goes on. The sweep tries again.
  if (removed === 'held') await announceHeld(job, world);
}

async function announceHeld({ fileName, id: jobId }: Job, world: World): Promise<void> {
  await world.log({
    writer: 'Watchdog',
    level: 'warning',
    event: 'held',
    message: `${fileName} is done, and cannot be deleted from data: a policy, a legal hold or a lease keeps it`,
    fileName,
    jobId,
    at: world.now(),
  });
}
