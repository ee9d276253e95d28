import { announce } from './announce.ts';
import { decide } from './decide.ts';
import type { Job } from './job.ts';
import { list } from './list.ts';
import { unlistFromVm } from './unlist.ts';
import type { Entry, Vm } from './vm.ts';
import { sameName } from './vm.ts';
import type { World } from './world.ts';

/**
 * Begins the first live file of a VM's row: its job goes to `processing` with a lease by one conditional write, then its
 * message is deleted. Asked again, it hands out the same file again, and counts that: a file that kills its VM does not
 * go round for ever. Stale entries that it meets are listed where their job says and dropped. Returns the job; undefined
 * if nothing on the row is live.
 */
export async function beginFirst(vm: Vm, world: World): Promise<Job | undefined> {
  for (const entry of vm.files) {
    const job = await begin(vm, entry, world);
    if (job) return job;
    await unlistFromVm(vm.name, { id: entry.jobId, attempt: entry.attempt }, world);
  }
  return undefined;
}

/** Begins a job that was just listed for the caller; undefined if it has moved on since. */
export async function beginTaken(job: Job, world: World): Promise<Job | undefined> {
  return decide(
    job,
    'processing',
    { leaseUntil: world.now() + world.rules.leaseMs, cause: 'claimed' },
    world,
  );
}

async function begin(vm: Vm, entry: Entry, world: World): Promise<Job | undefined> {
  for (;;) {
    const job = await world.jobs.read(entry.jobId);
    if (!job) return undefined;
    if (!isLive(entry, vm, job)) {
      await list(job, world);
      return undefined;
    }
    if (job.state === 'assigned') {
      const begun = await beginTaken(job, world);
      if (!begun) continue;
      if (entry.ticket) await world.messages.remove(entry.ticket);
      return begun;
    }
    if (job.unreported >= world.rules.unreportedMax) {
      const failed = await giveUp(job, world);
      if (!failed) continue;
      return undefined;
    }
    const leaseUntil = world.now() + world.rules.leaseMs;
    const again = await world.jobs.write({ ...job, leaseUntil, unreported: job.unreported + 1 });
    if (again) return again;
  }
}

/** An entry is live only if its job is assigned or processing on this VM at this attempt. */
export function isLive(entry: Entry, vm: Vm, job: Job): boolean {
  return (
    (job.state === 'assigned' || job.state === 'processing') &&
    sameName(job.vmName, vm.name) &&
    job.attempt === entry.attempt
  );
}

async function giveUp(job: Job, world: World): Promise<Job | undefined> {
  const error = `it was begun ${job.unreported + 1} times and never reported, last on ${job.vmName}: it may kill its VM`;
  const failed = await decide(job, 'failed', { cause: 'unreported', error }, world);
  if (!failed) return undefined;
  await list(failed, world);
  await announce(failed, 'Vmselector', world);
  return failed;
}
