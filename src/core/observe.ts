import { checkEntries } from './live.ts';
import { observeRunning } from './observe-running.ts';
import { observeStarting } from './observe-starting.ts';
import { observeStopping } from './observe-stopping.ts';
import { foundRunning, isOff } from './power.ts';
import { startAgain } from './start-again.ts';
import type { Heard, Vm } from './vm.ts';
import type { Power, World } from './world.ts';

/** What one tick has read of a VM besides its row. */
export interface Seen {
  power: Power;
  heard: Heard | undefined;
  /** Whether one more VM may be started in this tick; asking takes it. */
  mayStart(): boolean;
}

/**
 * Compares a VM's row with its power state and its last word, and repairs the row or the VM. A VM that cannot be read is "unknown",
 * never idle; only the time limits of starting and of silence hold for it too, for it may be one that there is not.
 */
export async function observe(vm: Vm, seen: Seen, world: World): Promise<void> {
  switch (vm.state) {
    case 'deallocated':
      return observeDeallocated(vm, seen, world);
    case 'starting':
      return observeStarting(vm, seen, world);
    case 'running':
      return observeRunning(vm, seen, world);
    case 'stopping':
      return observeStopping(vm, seen, world);
  }
}

/**
 * Recorded as off: started by hand, or overwritten by hand while it listed files. Then it is started for them; one that ARM does not
 * know comes to the end of its starts that way, and its files go on.
 */
async function observeDeallocated(vm: Vm, seen: Seen, world: World): Promise<void> {
  const { power } = seen;
  if (vm.files.length > 0 && (isOff(power) || power === 'unknown')) {
    if (await checkEntries(vm, world)) await startAgain(vm, seen, world);
    return;
  }
  if (power === 'deallocated' || power === 'deallocating' || power === 'unknown') return;
  const found = await world.pool.write(foundRunning(vm, world.now()));
  if (found && power === 'stopped') await observeRunning(found, seen, world);
}
