import { type Checker, type Effect, everHad, nameOf } from '../checker.ts';

/**
 * I8: no request from outside the pool and its operators changes anything but rate-limited log rows.
 *
 * An outsider's call must have no effect at all. A VM of the pool that names a job it does not have is heard, as any VM is,
 * and may thereby set right what was half done; the job itself it must not take, end or keep.
 */
export const outsidersChangeNothing: Checker = {
  invariant: 'I8',
  effect(effect, actor, sim) {
    if (actor.intent.verb !== 'outsider') return undefined;
    if (!actor.intent.isMember)
      return `${actor.intent.vmName}, which is not of the pool, has an effect: ${wordFor(effect)}`;
    if (effect.kind !== 'job' || effect.after.id !== actor.intent.jobId) return undefined;
    const { before, after } = effect;
    // It was given the job since it guessed, or had it then: of that its word may be taken.
    if (everHad(before, actor.intent.vmName ?? '')) return undefined;
    const isUnderLease = before?.state === 'processing' && before.leaseUntil > sim.clock.now();
    const isRepair = after.state === 'assigned' || after.state === 'received' || after.cause === 'unreported';
    if (isRepair && !isUnderLease) return undefined;
    return `${actor.intent.vmName} makes ${nameOf(after)} of ${before?.vmName} ${after.state}`;
  },
};

function wordFor(effect: Effect): string {
  return effect.kind === 'other' ? effect.call : effect.kind;
}
