import type { Seen } from './observe.ts';
import { start } from './start.ts';
import { moveVm, type Vm } from './vm.ts';
import type { World } from './world.ts';

/**
 * Starts a VM that has files and is off, if it and the pool may be started now. Whoever's write is first starts it; the boot deadline counts
 * from the first start.
 */
export async function startAgain(vm: Vm, seen: Pick<Seen, 'mayStart'>, world: World): Promise<void> {
  const now = world.now();
  if (vm.unavailableUntil > now || !seen.mayStart()) return;
  const starting = vm.state === 'starting' ? vm : { ...moveVm(vm, 'starting', now), silentAt: 0 };
  const written = await world.pool.write({ ...starting, startedAt: now });
  if (written) await start(written, 'Watchdog', world);
}
