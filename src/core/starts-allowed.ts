import { isPoolWide } from './refused-start.ts';
import type { Vm } from './vm.ts';

/** Longer than any refusal holds: a later time was typed by hand, and is about that one VM. */
const denialMsMax = 2 * 60 * 60_000;

/**
 * How many VMs may be started now. A throttling, a quota or a missing role is no one VM's: until its time is over none is started,
 * and then one, to see; all again as soon as one has come up. All of it follows from the rows.
 */
export function startsAllowed(vms: readonly Vm[], now: number): number {
  const refusals = vms.filter(
    ({ unavailableCause, unavailableUntil }) =>
      (unavailableCause === 'throttled' || isPoolWide(unavailableCause)) &&
      unavailableUntil < now + denialMsMax,
  );
  if (refusals.some(({ unavailableUntil }) => unavailableUntil > now)) return 0;
  const lastProof = Math.max(0, ...vms.filter(hasComeUp).map(({ startedAt }) => startedAt));
  const isDoubtful = refusals.some(
    ({ unavailableCause, unavailableUntil }) => isPoolWide(unavailableCause) && unavailableUntil >= lastProof,
  );
  if (!isDoubtful) return Number.POSITIVE_INFINITY;
  return vms.some(({ state }) => state === 'starting') ? 0 : 1;
}

/** Whether the last start of a VM was taken: it is not waited for any more, and was not refused. */
function hasComeUp({ state, unavailableCause }: Vm): boolean {
  return state !== 'starting' && !isPoolWide(unavailableCause);
}
