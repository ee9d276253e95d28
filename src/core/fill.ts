import { fromAnywhere } from './from-anywhere.ts';
import { inParallel } from './in-parallel.ts';
import { hasRoom } from './room.ts';
import { startsAllowed } from './starts-allowed.ts';
import { takeFirst } from './take.ts';
import type { Turn } from './turn.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/** VMs of the same actions that find nothing, one after the other, before the rest is not asked any more. */
const missesMax = 3;
/** VMs that are filled at the same time. Each makes a dozen calls for a file; more of them would only meet at the same heads. */
const vmsAtOnce = 8;

/**
 * Fills the pool's room from the waiting, running VMs first, each with what it can do, until `until` (ms since the epoch). Returns how
 * many files were taken.
 */
export async function fill(until: number, turn: Turn, world: World): Promise<number> {
  if ((await world.jobs.waiting([], world.now(), 1)).length === 0) return 0;
  const vms = await world.pool.list();
  const withRoom = fromAnywhere(vms, world).filter((vm) => hasRoom(vm, world.rules, world.now()));
  const misses = new Map<string, number>();
  let starts = startsAllowed(vms, world.now());
  let taken = 0;

  /** Gives a VM one file; false if it has no room, or nothing was to be had. */
  async function fillOnce({ name, actions }: Vm): Promise<boolean> {
    // Meanwhile it may have taken a file by itself: a look is cheaper than a file sent to and fro.
    const vm = await world.pool.read(name);
    if (!vm || !hasRoom(vm, world.rules, world.now())) return false;
    const kind = kindOf(actions);
    const isTaken = (await takeFirst(vm, world)) !== undefined;
    // One that has lost each of them to the others, who take at the same time, says little: so they must be in a row.
    misses.set(kind, isTaken ? 0 : (misses.get(kind) ?? 0) + 1);
    return isTaken;
  }

  async function fillWhole(vm: Vm): Promise<void> {
    const wakes = vm.state === 'deallocated';
    while (turn.mayGoOn(until) && (misses.get(kindOf(vm.actions)) ?? 0) < missesMax) {
      // A start is reserved before anything is waited for: others look at the same number meanwhile.
      if (wakes && starts <= 0) return;
      starts -= Number(wakes);
      if (!(await fillOnce(vm))) {
        starts += Number(wakes);
        return;
      }
      taken += 1;
    }
  }

  await inParallel(withRoom.sort(byReadiness), vmsAtOnce, async (vm) => {
    await turn.attempt(() => fillWhole(vm));
  });
  return taken;
}

function kindOf(actions: readonly string[]): string {
  return [...actions].sort().join();
}

function byReadiness(a: Vm, b: Vm): number {
  const rank = { running: 0, deallocated: 1, starting: 2, stopping: 3 };
  return rank[a.state] - rank[b.state];
}
