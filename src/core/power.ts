import { coolingDown } from './cool-down.ts';
import type { Rules } from './rules.ts';
import { moveVm, type Vm } from './vm.ts';
import type { Power } from './world.ts';

/** `stopped` is a VM whose guest was shut down: no program runs there, though it is billed. */
export function isOff(power: Power): boolean {
  return power === 'deallocated' || power === 'stopped';
}

/** The row of a VM that was found to be running. Its failed starts are forgotten only when it speaks. */
export function foundRunning(vm: Vm, now: number): Vm {
  return { ...moveVm(vm, 'running', now), unavailableUntil: 0, unavailableCause: '', idleSince: now };
}

/** The row of a VM that was found to be deallocated. One that had to be stopped because it was silent cools down from now on. */
export function foundDeallocated(vm: Vm, rules: Rules, now: number): Vm {
  const off = { ...moveVm(vm, 'deallocated', now), silentAt: 0 };
  return vm.silentAt > 0 ? coolingDown(off, 'silent', rules, now) : off;
}
