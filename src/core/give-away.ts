import { announce } from './announce.ts';
import { decideAway } from './decide-away.ts';
import { list } from './list.ts';
import { isLive } from './live.ts';
import { stop } from './stop.ts';
import { unlistFromVm } from './unlist.ts';
import type { Entry, Vm } from './vm.ts';
import type { World } from './world.ts';

/** Cool-down after a start that did not end in a running VM; doubles with each in a row. */
const coolDownMsMin = 2 * 60_000;
const coolDownMsMax = 60 * 60_000;

/**
 * Gives the files of a VM that does not come up to others, and stops it. First the VM is closed to new files, then each
 * file is decided away, listed and unlisted, then the empty row is stopped. It ends as soon as the VM turns out to have come up
 * after all; what stops it half way, the next tick ends.
 */
export async function giveAway(vm: Vm, cause: string, world: World): Promise<void> {
  let row = vm.unavailableUntil > world.now() ? vm : await coolDown(vm, world);
  while (row?.state === 'starting') {
    const [entry] = row.files;
    if (!entry) {
      await stop(row, cause, 'Watchdog', world);
      return;
    }
    if (!(await moveAway(row, entry, cause, world))) return;
    row = await unlistFromVm(row.name, { id: entry.jobId, attempt: entry.attempt }, world);
  }
}

function coolDown(vm: Vm, world: World): Promise<Vm | undefined> {
  const coolDownMs = Math.min(coolDownMsMax, coolDownMsMin * 2 ** vm.failedStarts);
  return world.pool.write({
    ...vm,
    failedStarts: vm.failedStarts + 1,
    unavailableUntil: world.now() + coolDownMs,
  });
}

/**
 * Decides one file of a VM away and lists it where it then belongs. False if that cannot be now: a lease that runs is its
 * holder's, and what another has moved meanwhile is looked at again at the next tick.
 */
export async function moveAway(vm: Vm, entry: Entry, cause: string, world: World): Promise<boolean> {
  const job = await world.jobs.read(entry.jobId);
  if (!job) return true;
  if (!isLive(entry, vm, job)) {
    await list(job, world);
    return true;
  }
  if (job.state === 'processing' && job.leaseUntil > world.now()) return false;
  const away = await decideAway(job, cause, world);
  if (!away) return false;
  await list(away, world);
  await announce(away, 'Watchdog', world);
  return true;
}
