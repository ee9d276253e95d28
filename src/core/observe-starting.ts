import { announceCoolDown, coolingDown } from './cool-down.ts';
import { checkEntries, isUntold } from './live.ts';
import type { Seen } from './observe.ts';
import { foundDeallocated, foundRunning, isOff } from './power.ts';
import { isRefused } from './refused-start.ts';
import { relieve } from './relieve.ts';
import { startAgain } from './start-again.ts';
import { stop } from './stop.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/** Recorded as starting: it is up, or the start was refused, has failed or was forgotten, or it hangs beyond the boot deadline. */
export async function observeStarting(vm: Vm, seen: Seen, world: World): Promise<void> {
  const { power } = seen;
  const { rules } = world;
  const now = world.now();
  if (power === 'running') {
    await world.pool.write(foundRunning(vm, now));
  } else if (vm.files.length === 0 && power === 'deallocated') {
    await world.pool.write(foundDeallocated(vm, rules, now));
  } else if (isRefused(vm, now)) {
    await giveAway(vm, seen, `${vm.name} cannot be started now: ${vm.unavailableCause}`, world);
  } else if (now - vm.stateAt > rules.bootMsMax) {
    const why = `${vm.name} was not up ${rules.bootMsMax / 1000} s after its start`;
    await giveAway(await coolDown(vm, 'boot', world), seen, why, world);
  } else if (isOff(power) && now - vm.startedAt > rules.settleMs && vm.unavailableUntil <= now) {
    // Off once may be a start that was never called; off again is one that came to nothing.
    if (vm.startedAt <= vm.stateAt) return startAgain(vm, seen, world);
    const why = `${vm.name} was ${power} again after it was started twice`;
    await giveAway(await coolDown(vm, 'boot', world), seen, why, world);
  } else if (vm.files.some((entry) => isUntold(entry, rules, now))) {
    await checkEntries(vm, world);
  }
}

/** Closes a VM to new files for a while. Undefined if another write came first. */
async function coolDown(vm: Vm, cause: string, world: World): Promise<Vm | undefined> {
  const written = await world.pool.write(coolingDown(vm, cause, world.rules, world.now()));
  if (written) await announceCoolDown(written, world);
  return written;
}

/**
 * Gives the files of a VM that does not come up to others. One that may be on is stopped; one that is off, or that ARM neither knows nor
 * would start, is not.
 */
async function giveAway(vm: Vm | undefined, seen: Seen, cause: string, world: World): Promise<void> {
  if (!vm) return;
  const wasOff = seen.power === 'deallocated' || (seen.power === 'unknown' && isRefused(vm, world.now()));
  const row = await relieve(vm, { cause, wasOff }, world);
  if (row?.state !== 'starting' || row.files.length > 0) return;
  if (wasOff) await world.pool.write(foundDeallocated(row, world.rules, world.now()));
  else await stop(row, cause, 'Watchdog', world);
}
