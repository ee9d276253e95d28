import { announce } from './announce.ts';
import { decide } from './decide.ts';
import { decideAway } from './decide-away.ts';
import type { Job } from './job.ts';
import { list } from './list.ts';
import { isLive } from './live.ts';
import { unlistFromVm } from './unlist.ts';
import type { Entry, Vm } from './vm.ts';
import type { World } from './world.ts';

/**
 * Begins the first live file of a VM's row: its job goes to `processing` with a lease by one conditional write, then its
 * message is deleted. Asked again, it hands out the same file again, and counts that. Stale entries that it meets are listed
 * where their job says and dropped. Returns the job; undefined if nothing on the row is live.
 */
export async function beginFirst(vm: Vm, world: World): Promise<Job | undefined> {
  for (const entry of vm.files) {
    const job = await begin(vm, entry, world);
    if (job) return job;
    await unlistFromVm(vm.name, { id: entry.jobId, attempt: entry.attempt }, world);
  }
  return undefined;
}

/**
 * Begins a job that was just listed for the caller; undefined if it has moved on since, perhaps by another call of the same VM
 * that found it on the row before this one did.
 */
export async function beginTaken(job: Job, world: World): Promise<Job | undefined> {
  if (job.state !== 'assigned') return undefined;
  const leaseUntil = world.now() + world.rules.leaseMs;
  return decide(job, 'processing', { leaseUntil, cause: 'claimed' }, world);
}

async function begin(vm: Vm, entry: Entry, world: World): Promise<Job | undefined> {
  for (;;) {
    const job = await world.jobs.read(entry.jobId);
    if (!job) return undefined;
    if (!isLive(entry, vm, job)) {
      await list(job, world);
      return undefined;
    }
    const begun = job.state === 'assigned' ? await beginTaken(job, world) : await beginAgain(job, world);
    if (begun?.state !== 'processing') continue;
    if (entry.ticket) await world.messages.remove(entry.ticket);
    return begun;
  }
}

/** Hands out a file once more, with a new lease, unless that is once too often: then it has failed. */
async function beginAgain(job: Job, world: World): Promise<Job | undefined> {
  if (job.unreported < world.rules.unreportedMax) {
    const leaseUntil = world.now() + world.rules.leaseMs;
    return world.jobs.write({ ...job, leaseUntil, unreported: job.unreported + 1 });
  }
  const failed = await decideAway(job, '', world);
  if (failed) await announce(failed, 'Vmstop', world);
  return failed;
}
