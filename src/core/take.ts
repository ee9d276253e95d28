import { announce } from './announce.ts';
import { decide } from './decide.ts';
import { isAppError } from './errors.ts';
import type { Job } from './job.ts';
import { type Listing, list } from './list.ts';
import { keepsVersionsApart } from './room.ts';
import { unlist } from './unlist.ts';
import { readVersions } from './versions.ts';
import { sameName, type Vm } from './vm.ts';
import type { IndexEntry, World } from './world.ts';

/**
 * Takers choose among the first few that are due, so that not all of them meet at the same one. Where none of those is to be had, they look
 * further: a few files that nobody can take do not hold up what stands behind them.
 */
const headCounts = [8, 64];

/** Takes one of the first waiting files that a VM with room can do, and lists it there; undefined if there is none. */
export async function takeFirst(vm: Vm, world: World, listing: Listing = {}): Promise<Job | undefined> {
  let seen = 0;
  for (const count of headCounts) {
    const heads = (await world.jobs.waiting(vm.actions, world.now(), count)).slice(seen);
    const mayBeMore = seen + heads.length === count;
    seen = count;
    while (heads.length > 0) {
      const [head] = heads.splice(Math.floor(world.random() * heads.length), 1);
      const taken = head && (await take(head, vm, world, listing).catch(passOver(head, world)));
      if (taken) return taken;
    }
    if (!mayBeMore) return undefined;
  }
  return undefined;
}

/** A job row that cannot be read concerns its own file only: it is named in the log and passed over. */
function passOver(head: IndexEntry, world: World): (error: unknown) => Promise<undefined> {
  return async (error) => {
    if (!isAppError(error, 'unreadable')) throw error;
    await world.log({
      writer: 'Vmselector',
      level: 'error',
      event: 'unreadable-job',
      message: `a waiting file is passed over, for its row in tbljob cannot be read: ${error.message}`,
      jobId: head.jobId,
      at: world.now(),
    });
  };
}

/**
 * Takes one waiting file for a VM: decide, list, unlist. An entry that has gone stale is listed where its job says and
 * dropped. Undefined if the file is not to be had, or not on this VM.
 */
export async function take(
  entry: IndexEntry,
  vm: Vm,
  world: World,
  listing: Listing = {},
): Promise<Job | undefined> {
  const { current, facts } = await readVersions(entry.jobId, world);
  if (current?.state !== 'received' || current.attempt !== entry.attempt) {
    if (current) await list(current, world);
    await world.jobs.drop(entry);
    return undefined;
  }
  if (!keepsVersionsApart(vm, current, facts, world.rules, world.now())) return undefined;
  const cause = `${vm.name}: has room, and the file was among the first that waited`;
  const assigned = await decide(current, 'assigned', { vmName: vm.name, cause }, world);
  if (!assigned) return undefined;
  const listed = await list(assigned, world, listing);
  await unlist(current, world);
  await announce(listed, 'Vmselector', world);
  return sameName(listed.vmName, vm.name) && listed.attempt === assigned.attempt ? listed : undefined;
}
