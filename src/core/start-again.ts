import { start } from './start.ts';
import { moveVm, type Vm } from './vm.ts';
import type { World } from './world.ts';

/** Starts a VM that has files and is off. Whoever's write is first starts it; the boot deadline counts from the first start. */
export async function startAgain(vm: Vm, world: World): Promise<void> {
  const now = world.now();
  if (vm.unavailableUntil > now) return;
  const starting = vm.state === 'starting' ? vm : { ...moveVm(vm, 'starting', now), silentAt: 0 };
  const written = await world.pool.write({ ...starting, startedAt: now });
  if (written) await start(written, 'Watchdog', world);
}
