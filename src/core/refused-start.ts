import { coolingDown } from './cool-down.ts';
import type { AppError, ErrorCode } from './errors.ts';
import type { Rules } from './rules.ts';
import type { Vm } from './vm.ts';

/** Roles take time to spread, and a quota is raised by people: neither is asked for more often. */
const patienceMs = 10 * 60_000;
/** Where ARM throttles and names no time. */
export const throttledMs = 60_000;

/** Refusals that say something of the subscription, not of one VM: no other VM would be started either. */
const poolWide: readonly string[] = ['quota', 'no_permission'] satisfies ErrorCode[];

export function isPoolWide(cause: string): boolean {
  return poolWide.includes(cause);
}

/**
 * The row of a VM whose start was refused, by the class of the refusal (design, section 4). Undefined where nothing is known
 * for sure (no answer, another operation going on): the power state will show what became of it.
 */
export function refused(vm: Vm, { code, retryAfterMs }: AppError, rules: Rules, now: number): Vm | undefined {
  switch (code) {
    case 'throttled':
      // It did not leave, or was sent back at the door: that is no try.
      return {
        ...vm,
        startedAt: vm.stateAt,
        unavailableUntil: now + (retryAfterMs ?? throttledMs),
        unavailableCause: code,
      };
    case 'no_permission':
    case 'quota':
      return { ...vm, unavailableUntil: now + patienceMs, unavailableCause: code };
    case 'conflict':
    case 'unavailable':
      return undefined;
    default:
      return coolingDown(vm, code, rules, now);
  }
}

/** Whether a VM that should start was refused for longer than its files should wait for it. */
export function isRefused(vm: Vm, now: number): boolean {
  return vm.unavailableUntil > now && vm.unavailableCause !== 'throttled';
}
