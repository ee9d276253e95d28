import { giveAway } from './give-away.ts';
import { staysOn } from './go-on.ts';
import { runningNow } from './greet.ts';
import { canMoveVm, type VmState } from './moves.ts';
import { start } from './start.ts';
import { stop } from './stop.ts';
import type { Vm } from './vm.ts';
import type { Power, World } from './world.ts';

/** Compares a VM's row with its power state and repairs the row or the VM. An unreadable VM is "unknown", never idle. */
export async function observe(vm: Vm, power: Power, world: World): Promise<void> {
  if (power === 'unknown') return;
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

/** Recorded as off: started by hand, or its guest was shut down from within, which is still billed. */
async function observeDeallocated(vm: Vm, power: Power, world: World): Promise<void> {
  if (isOn(power) || power === 'starting') await world.pool.write(runningNow(vm, world.now()));
  else if (vm.files.length > 0 && power === 'deallocated') await startAgain(vm, world);
}

/** Recorded as starting: it is up, or the start was refused or forgotten, or it hangs beyond the boot deadline. */
async function observeStarting(vm: Vm, power: Power, world: World): Promise<void> {
  if (power === 'running') {
    await world.pool.write(runningNow(vm, world.now()));
  } else if (vm.files.length === 0 && power === 'deallocated') {
    await world.pool.write({ ...vm, state: 'deallocated', stateAt: world.now() });
  } else if (world.now() - vm.stateAt > world.rules.bootMsMax) {
    await giveAway(vm, `${vm.name} was not up ${world.rules.bootMsMax / 1000} s after its start`, world);
  } else if (power === 'deallocated' && world.now() - vm.startedAt > world.rules.settleMs) {
    await startAgain(vm, world);
  }
}

/** Recorded as running: switched off by hand, or without work for longer than its idle grace. */
async function observeRunning(vm: Vm, power: Power, world: World): Promise<void> {
  if (power === 'deallocated' && vm.files.length > 0) await startAgain(vm, world);
  else if (power === 'deallocated')
    await world.pool.write({ ...vm, state: 'deallocated', stateAt: world.now() });
  else if (vm.files.length === 0 && !staysOn(vm, { asksAgain: true }, world))
    await stop(vm, 'nothing was listed for it during its idle grace', 'Watchdog', world);
}

/** Recorded as stopping: it may only be used again once it is off and no late call can hit it any more. */
async function observeStopping(vm: Vm, power: Power, world: World): Promise<void> {
  if (world.now() - vm.stateAt < world.rules.settleMs) return;
  if (power === 'deallocated') await world.pool.write({ ...vm, state: 'deallocated', stateAt: world.now() });
  else if (power !== 'deallocating')
    await stop(vm, `it was still ${power} after it was to be stopped`, 'Watchdog', world);
}

/** Starts a VM that has files and is off. Whoever's write is first starts it. */
async function startAgain(vm: Vm, world: World): Promise<void> {
  const now = world.now();
  const state: VmState = 'starting';
  const fresh = canMoveVm(vm.state, state);
  const written = await world.pool.write({ ...vm, state, stateAt: fresh ? now : vm.stateAt, startedAt: now });
  if (written) await start(written, world);
}

function isOn(power: Power): boolean {
  return power === 'running' || power === 'stopped' || power === 'stopping';
}
