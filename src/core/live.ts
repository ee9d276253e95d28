import type { Job } from './job.ts';
import { list } from './list.ts';
import { unlistFromVm } from './unlist.ts';
import { type Entry, sameName, type Vm } from './vm.ts';
import type { World } from './world.ts';

/** An entry is live only if its job is assigned or processing on this VM at this attempt. */
export function isLive(entry: Entry, vm: Vm, job: Job): boolean {
  return (
    (job.state === 'assigned' || job.state === 'processing') &&
    sameName(job.vmName, vm.name) &&
    job.attempt === entry.attempt
  );
}

/**
 * Drops a VM's stale entries up to its first live one: each is listed where its job says, then dropped. Returns whether a
 * live one is left.
 */
export async function dropStale(vm: Vm, world: World): Promise<boolean> {
  for (const entry of vm.files) {
    const job = await world.jobs.read(entry.jobId);
    if (job && isLive(entry, vm, job)) return true;
    if (job) await list(job, world);
    await unlistFromVm(vm.name, { id: entry.jobId, attempt: entry.attempt }, world);
  }
  return false;
}

/**
 * Carries on with a job that a VM speaks of and that has moved on: perhaps by a write of the VM's own earlier call, whose answer
 * was lost, and with which nothing more was done. It is listed where it says, and the VM's older entries of it are dropped.
 */
export async function carryOn(job: Job, vm: Vm, world: World): Promise<void> {
  await list(job, world);
  const isHere = (job.state === 'assigned' || job.state === 'processing') && sameName(job.vmName, vm.name);
  await unlistFromVm(vm.name, { id: job.id, attempt: isHere ? job.attempt - 1 : job.attempt }, world);
}
