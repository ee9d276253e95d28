import type { Job } from '../../../src/core/job.ts';
import { sameName } from '../../../src/core/vm.ts';
import { type Checker, everHad, nameOf } from '../checker.ts';
import type { Actor } from '../sim.ts';

/**
 * I5: one (VM, attempt) holds a file's lease, in the job row; an unexpired lease ends only by its holder's report, a cancel,
 * or an accepted older success; one result is accepted.
 *
 * Its holder's own call may also end it where it renews beyond the time limit, hands the file back, or asks for it too often.
 */
export const oneHolderOneResult: Checker = {
  invariant: 'I5',
  effect(effect, actor, sim) {
    if (effect.kind === 'result') {
      const row = sim.memory.jobs.get(effect.job.id);
      const result = sim.memory.results.get(effect.job.id);
      const isAccepted = result?.vmName === row?.vmName && result?.resultName === row?.resultName;
      return isAccepted ? undefined : `the result row of ${nameOf(effect.job)} is not what was accepted`;
    }
    if (effect.kind !== 'job') return undefined;
    const { before, after } = effect;
    if (after.state === 'processing') return wrongHolder(before, after, actor, sim.clock.now());
    if (after.state === 'completed' && !isReport(actor, before))
      return `${nameOf(after)} is completed without a report`;
    if (before?.state === 'completed') return `${nameOf(after)} is written again after it was completed`;
    return before && endedEarly(before, after, actor, sim.clock.now());
  },
};

/** An outsider's guess may have come true meanwhile, or have been true of an older attempt: then it is the VM's own report. */
function isReport({ intent }: Actor, before: Job | undefined): boolean {
  return intent.verb === 'finish' || (intent.verb === 'outsider' && everHad(before, intent.vmName ?? ''));
}

function wrongHolder(
  before: Job | undefined,
  after: Job,
  { intent }: Actor,
  now: number,
): string | undefined {
  if (after.leaseUntil <= now - 60 * 60_000) return `${nameOf(after)} is begun without a lease`;
  if (!sameName(after.vmName, intent.vmName ?? ''))
    return `${nameOf(after)} is leased to ${after.vmName} at the call of ${intent.vmName ?? intent.verb}`;
  // Only a renewal names an attempt and keeps the lease: it must be the one that is held.
  if (intent.verb === 'renew' && intent.attempt !== undefined && before?.id === intent.jobId)
    return after.attempt === intent.attempt
      ? undefined
      : `${nameOf(after)} is renewed by attempt ${intent.attempt}`;
  return undefined;
}

function endedEarly(before: Job, after: Job, { intent }: Actor, now: number): string | undefined {
  if (before.state !== 'processing' || before.leaseUntil <= now || after.state === 'completed')
    return undefined;
  const isHolder =
    sameName(before.vmName, intent.vmName ?? '') &&
    (intent.jobId !== before.id || intent.attempt === before.attempt);
  const isAskedTooOften = after.cause === 'unreported' && sameName(before.vmName, intent.vmName ?? '');
  if (isHolder || isAskedTooOften || (intent.verb === 'order' && after.state === 'cancelled'))
    return undefined;
  return `the lease of ${nameOf(before)} on ${before.vmName} is ended ${before.leaseUntil - now} ms early: ${after.state}, ${after.cause}`;
}
