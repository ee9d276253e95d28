import { coolingDown } from './cool-down.ts';
import type { AppError, ErrorCode } from './errors.ts';
import type { Rules } from './rules.ts';
import type { Vm } from './vm.ts';

/** Roles take time to spread, and a quota is raised by people: neither is asked for more often. */
const patienceMs = 10 * 60_000;
/** Where ARM throttles and names no time. */
const throttledMs = 60_000;

/** Refusals that say something of the subscription, not of one VM: no other VM would be started either. */
const poolWide: readonly string[] = ['quota', 'no_permission'] satisfies ErrorCode[];

/**
 * The row of a VM whose start was refused, by the class of the refusal (design, section 4). Undefined where nothing is known
 * for sure (no answer, another operation going on): the power state will show what became of it.
 */
export function refused(vm: Vm, { code, retryAfterMs }: AppError, rules: Rules, now: number): Vm | undefined {
  switch (code) {
    case 'throttled':
      return { ...vm, unavailableUntil: now + (retryAfterMs ?? throttledMs), unavailableCause: code };
    case 'no_permission':
    case 'quota':
      return coolingDown(vm, code, rules, now, patienceMs);
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

/**
 * How many VMs may be started now. A throttling, a quota or a missing role is no one VM's: until its time is over none is started,
 * and then one, to see; all again as soon as one has come up. All of it follows from the rows.
 */
export function startsAllowed(vms: readonly Vm[], now: number): number {
  const isDenied = vms.some(
    ({ unavailableCause, unavailableUntil }) =>
      unavailableUntil > now && (unavailableCause === 'throttled' || poolWide.includes(unavailableCause)),
  );
  if (isDenied) return 0;
  const isDoubtful = vms.some(
    ({ unavailableCause, unavailableUntil }) =>
      poolWide.includes(unavailableCause) &&
      !vms.some(({ state, startedAt }) => state === 'running' && startedAt > unavailableUntil),
  );
  if (!isDoubtful) return Number.POSITIVE_INFINITY;
  return vms.some(({ state }) => state === 'starting') ? 0 : 1;
}
