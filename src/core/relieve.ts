import { announce } from './announce.ts';
import { decideAway } from './decide-away.ts';
import type { Job } from './job.ts';
import { list } from './list.ts';
import { isLive, readListed } from './live.ts';
import { unlistFromVm } from './unlist.ts';
import type { Entry, Vm } from './vm.ts';
import type { World } from './world.ts';

/** Why a VM is relieved of files, and of which. */
export interface Relief {
  cause: string;
  /** Files that it may keep, and has not begun; by default none. */
  keeps?: (job: Job) => boolean;
  /** The VM cannot have been on since its files were listed, so that none of them was begun, whoever has touched their messages. */
  wasOff?: boolean;
}

/**
 * Relieves a VM of its files: each is decided away, listed where it then belongs, and unlisted. A lease that runs is its holder's,
 * so that file stays. Returns the row as it then is. Ends as soon as the row is in another state than it was judged in; what stops
 * it half way, the next tick goes on with.
 */
export async function relieve(vm: Vm, relief: Relief, world: World): Promise<Vm | undefined> {
  let row: Vm | undefined = vm;
  for (const entry of vm.files) {
    if (row?.state !== vm.state) return row;
    if (await moveAway(vm, entry, relief, world))
      row = await unlistFromVm(vm.name, { id: entry.jobId, attempt: entry.attempt }, world);
  }
  return row;
}

/** False if the file stays: for its lease, because the VM may keep it, or because another has moved it meanwhile. */
async function moveAway(vm: Vm, entry: Entry, relief: Relief, world: World): Promise<boolean> {
  const job = await readListed(entry, vm, world);
  if (!job) return true;
  if (!isLive(entry, vm, job)) {
    await list(job, world);
    return true;
  }
  const isBegun = job.state === 'processing';
  if (isBegun ? job.leaseUntil > world.now() : relief.keeps?.(job)) return false;
  const isRead = await wasRead(entry, world);
  const wasBegun = isBegun || (isRead && !relief.wasOff);
  const away = await decideAway(job, relief.cause, world, wasBegun);
  if (!away) return false;
  await list(away, world);
  await announce(away, 'Watchdog', world);
  return true;
}

/**
 * Whether a script has read the message for a file, and so may have begun it: then the message is gone, or its ticket no longer
 * fits. The message goes here in any case, before anything is decided: later nobody would know its ticket. Whether the VM was last
 * heard to name its jobs says nothing: a script may have come after an agent, and its file would go round for ever.
 */
async function wasRead({ ticket }: Entry, world: World): Promise<boolean> {
  return ticket !== undefined && (await world.messages.remove(ticket)) === 'gone';
}
