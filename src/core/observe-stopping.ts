import type { Seen } from './observe.ts';
import { foundDeallocated } from './power.ts';
import { relieve } from './relieve.ts';
import { stop } from './stop.ts';
import type { Vm } from './vm.ts';
import type { Power, World } from './world.ts';

/** Ticks that a VM may stay billed beyond its times before people are told (design, I4). */
const patienceTicks = 2;
const tickMs = 60_000;

/** Recorded as stopping: it may only be used again once it is off and no late call can hit it any more. */
export async function observeStopping(vm: Vm, { power }: Seen, world: World): Promise<void> {
  const now = world.now();
  if (vm.files.length > 0) {
    // Written by hand, for we list nothing there. It is taken off before anything else is done about this VM.
    await relieve(vm, { cause: `${vm.name} is being stopped` }, world);
    return;
  }
  if (now - vm.stateAt < world.rules.settleMs) return;
  if (power === 'deallocated') {
    await world.pool.write(foundDeallocated(vm, world.rules, now));
  } else if (power !== 'deallocating' && vm.deallocateAfter <= now) {
    await alertIfLate(vm, power, world);
    await stop(vm, `it was still ${power} after it was to be stopped`, 'Watchdog', world);
  }
}

/** A VM that does not stop costs money until somebody looks at it. */
async function alertIfLate(vm: Vm, power: Power, world: World): Promise<void> {
  const { bootMsMax, idleMsMax } = world.rules;
  const onMs = world.now() - Math.max(vm.idleSince, vm.startedAt);
  if (onMs < Math.max(bootMsMax, idleMsMax) + patienceTicks * tickMs) return;
  await world.log({
    writer: 'Watchdog',
    level: 'error',
    event: 'left-running',
    message: `${vm.name} is ${power}, has had no work for ${Math.round(onMs / 60_000)} min and does not stop: look at it in Azure, it is billed`,
    vmName: vm.name,
    at: world.now(),
  });
}
