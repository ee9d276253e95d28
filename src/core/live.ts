import { isAppError } from './errors.ts';
import type { Job } from './job.ts';
import { list } from './list.ts';
import { jobPlaces } from './moves.ts';
import type { Rules } from './rules.ts';
import { unlistFromVm } from './unlist.ts';
import { type Entry, sameName, type Vm } from './vm.ts';
import type { World } from './world.ts';

/** An entry is live only if its job is assigned or processing on this VM at this attempt. */
export function isLive(entry: Entry, vm: Vm, job: Job): boolean {
  return jobPlaces[job.state] === 'vm' && sameName(job.vmName, vm.name) && job.attempt === entry.attempt;
}

/**
 * The job of an entry; undefined if there is none. One that cannot be read is a slip of somebody's hand: people are told, and the entry is
 * dropped as if there were no job, so that its VM is not held by it. The file stays where it is.
 */
export async function readListed(entry: Entry, vm: Vm, world: World): Promise<Job | undefined> {
  try {
    return await world.jobs.read(entry.jobId);
  } catch (error) {
    if (!isAppError(error, 'unreadable')) throw error;
    await world.log({
      writer: 'Watchdog',
      level: 'error',
      event: 'unreadable-job',
      message: `a file is taken off ${vm.name}, for its row in tbljob cannot be read: ${error.message}; set that right`,
      vmName: vm.name,
      jobId: entry.jobId,
      at: world.now(),
    });
    return undefined;
  }
}

/** Whether a file was listed a while ago and its VM not told: whoever listed it died, or told it by an answer that was lost. */
export function isUntold(entry: Entry, rules: Rules, now: number): boolean {
  return entry.ticket === undefined && now - entry.at > rules.settleMs;
}

/**
 * Checks a VM's entries up to its first live one, and those that it was not told of: a stale one is listed where its job says and
 * dropped, for an untold one a message is sent. Returns whether a live one is left.
 */
export async function checkEntries(vm: Vm, world: World): Promise<boolean> {
  let hasLive = false;
  for (const entry of vm.files) {
    const mustTell = isUntold(entry, world.rules, world.now());
    if (hasLive && !mustTell) continue;
    const job = await readListed(entry, vm, world);
    const live = job !== undefined && isLive(entry, vm, job);
    if (job && (!live || (mustTell && job.state === 'assigned'))) await list(job, world);
    if (!live) await unlistFromVm(vm.name, { id: entry.jobId, attempt: entry.attempt }, world);
    hasLive ||= live;
  }
  return hasLive;
}

/**
 * Carries on with a job that a VM speaks of and that has moved on: perhaps by a write of the VM's own earlier call, whose answer
 * was lost, and with which nothing more was done. It is listed where it says, and the VM's older entries of it are dropped. Those of
 * the present attempt too, unless the job is on the VM, or waits: it may have been given to the VM again since it was read.
 */
export async function carryOn(job: Job, vm: Vm, world: World): Promise<void> {
  await list(job, world);
  const isHere = jobPlaces[job.state] === 'vm' && sameName(job.vmName, vm.name);
  const mayBecomeLive = isHere || job.state === 'received';
  await unlistFromVm(vm.name, { id: job.id, attempt: mayBecomeLive ? job.attempt - 1 : job.attempt }, world);
}
