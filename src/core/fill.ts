import { canDo, hasRoom } from './room.ts';
import { take } from './take.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/** Fills the pool's room from the waiting, running VMs first. Returns how many files were taken. */
export async function fill(world: World): Promise<number> {
  const vms = (await world.pool.list()).filter((vm) => hasRoom(vm, world.rules, world.now()));
  const rooms = vms.sort(byReadiness).flatMap((vm) => placesOf(vm, world));
  if (rooms.length === 0) return 0;

  let taken = 0;
  for (const entry of await world.jobs.waiting(actionsOf(vms), world.now(), rooms.length)) {
    const room = rooms.findIndex((vm) => canDo(vm, entry.action));
    const [vm] = room < 0 ? [] : rooms.splice(room, 1);
    // Meanwhile it may have taken a file by itself: a look is cheaper than a file sent to and fro.
    const fresh = vm && (await world.pool.read(vm.name));
    if (!fresh || !hasRoom(fresh, world.rules, world.now())) continue;
    if (await take(entry, fresh, world)) taken += 1;
  }
  return taken;
}

/** The VM once for each file that it may be given. */
function placesOf(vm: Vm, world: World): Vm[] {
  return Array.from({ length: world.rules.filesPerVmMax - vm.files.length }, () => vm);
}

function byReadiness(a: Vm, b: Vm): number {
  const rank = { running: 0, deallocated: 1, starting: 2, stopping: 3 };
  return rank[a.state] - rank[b.state];
}

/** All actions that these VMs can do; empty, as in a VM's row, stands for every action. */
function actionsOf(vms: readonly Vm[]): string[] {
  if (vms.some((vm) => vm.actions.length === 0)) return [];
  return [...new Set(vms.flatMap((vm) => vm.actions))];
}
