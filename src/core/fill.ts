import { startsAllowed } from './refused-start.ts';
import { hasRoom } from './room.ts';
import { takeFirst } from './take.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/** VMs of the same actions that find nothing before the others are not asked any more: bounds a tick's cost. */
const missesMax = 3;

/** Fills the pool's room from the waiting, running VMs first, each with what it can do. Returns how many files were taken. */
export async function fill(world: World): Promise<number> {
  if ((await world.jobs.waiting([], world.now(), 1)).length === 0) return 0;
  const misses = new Map<string, number>();
  let taken = 0;
  const vms = await world.pool.list();
  const withRoom = vms.filter((vm) => hasRoom(vm, world.rules, world.now()));
  let starts = startsAllowed(vms, world.now());
  for (const { name, actions, state } of withRoom.sort(byReadiness)) {
    if (state === 'deallocated' && starts <= 0) continue;
    const kind = [...actions].sort().join();
    const missed = misses.get(kind) ?? 0;
    for (let isTaken = missed < missesMax; isTaken; taken += Number(isTaken)) {
      // Meanwhile it may have taken a file by itself: a look is cheaper than a file sent to and fro.
      const vm = await world.pool.read(name);
      if (!vm || !hasRoom(vm, world.rules, world.now())) break;
      isTaken = (await takeFirst(vm, world)) !== undefined;
      if (!isTaken) misses.set(kind, missed + 1);
      else if (vm.state === 'deallocated') starts -= 1;
    }
  }
  return taken;
}

function byReadiness(a: Vm, b: Vm): number {
  const rank = { running: 0, deallocated: 1, starting: 2, stopping: 3 };
  return rank[a.state] - rank[b.state];
}
