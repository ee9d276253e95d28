import { giveAway, moveAway } from './give-away.ts';
import { staysOn } from './go-on.ts';
import { runningNow } from './greet.ts';
import { dropStale } from './live.ts';
import { start } from './start.ts';
import { stop } from './stop.ts';
import { unlistFromVm } from './unlist.ts';
import { moveVm, type Vm } from './vm.ts';
import type { Power, World } from './world.ts';

/**
 * Compares a VM's row with its power state and repairs the row or the VM. A VM that cannot be read is "unknown", never idle: only
 * the boot deadline holds for it too, for it may be one that there is not.
 */
export async function observe(vm: Vm, power: Power, world: World): Promise<void> {
  if (power === 'unknown' && vm.state !== 'starting') return;
  switch (vm.state) {
    case 'deallocated':
      return observeDeallocated(vm, power, world);
    case 'starting':
      return observeStarting(vm, power, world);
    case 'running':
      return observeRunning(vm, power, world);
    case 'stopping':
      return observeStopping(vm, power, world);
  }
}

/** Recorded as off: started by hand, or overwritten by hand while it listed files. */
async function observeDeallocated(vm: Vm, power: Power, world: World): Promise<void> {
  if (vm.files.length > 0 && isOff(power)) return startAgain(vm, world);
  if (power === 'deallocated' || power === 'deallocating') return;
  const found = await world.pool.write(runningNow(vm, world.now()));
  if (found && power === 'stopped') await observeRunning(found, power, world);
}

/** Recorded as starting: it is up, or the start was refused or forgotten, or it hangs beyond the boot deadline. */
async function observeStarting(vm: Vm, power: Power, world: World): Promise<void> {
  const now = world.now();
  if (power === 'running') {
    await world.pool.write(runningNow(vm, now));
  } else if (vm.files.length === 0 && power === 'deallocated') {
    await world.pool.write(moveVm(vm, 'deallocated', now));
  } else if (now - vm.stateAt > world.rules.bootMsMax) {
    await giveAway(vm, `${vm.name} was not up ${world.rules.bootMsMax / 1000} s after its start`, world);
  } else if (isOff(power) && now - vm.startedAt > world.rules.settleMs) {
    await startAgain(vm, world);
  }
}

/**
 * Recorded as running: switched off by hand; shut down from within, which is still billed; or without work for longer than its
 * idle grace. Entries that went stale half-way through a call are dropped first.
 */
async function observeRunning(vm: Vm, power: Power, world: World): Promise<void> {
  if (vm.files.length > 0) {
    if ((await dropStale(vm, world)) && isOff(power)) await startAgain(vm, world);
  } else if (power === 'deallocated') {
    await world.pool.write(moveVm(vm, 'deallocated', world.now()));
  } else if (power === 'stopped' && vm.maintenanceUntil <= world.now()) {
    await stop(vm, 'it was shut down from within, and is billed until it is deallocated', 'Watchdog', world);
  } else if (!staysOn(vm, { asksAgain: true }, world)) {
    await stop(vm, 'nothing was listed for it during its idle grace', 'Watchdog', world);
  }
}

/** Recorded as stopping: it may only be used again once it is off and no late call can hit it any more. */
async function observeStopping(vm: Vm, power: Power, world: World): Promise<void> {
  const [entry] = vm.files;
  if (entry) {
    // Written by hand, for we list nothing there. It is taken off before anything else is done about this VM.
    if (await moveAway(vm, entry, `${vm.name} is being stopped`, world))
      await unlistFromVm(vm.name, { id: entry.jobId, attempt: entry.attempt }, world);
    return;
  }
  if (world.now() - vm.stateAt < world.rules.settleMs) return;
  if (power === 'deallocated') await world.pool.write(moveVm(vm, 'deallocated', world.now()));
  else if (power !== 'deallocating')
    await stop(vm, `it was still ${power} after it was to be stopped`, 'Watchdog', world);
}

/** Starts a VM that has files and is off. Whoever's write is first starts it; the boot deadline counts from the first start. */
async function startAgain(vm: Vm, world: World): Promise<void> {
  const now = world.now();
  const starting = vm.state === 'starting' ? vm : moveVm(vm, 'starting', now);
  const written = await world.pool.write({ ...starting, startedAt: now });
  if (written) await start(written, 'Watchdog', world);
}

/** `stopped` is a VM whose guest was shut down: no program runs there, though it is billed. */
function isOff(power: Power): boolean {
  return power === 'deallocated' || power === 'stopped';
}
