import type { Job } from '../../../src/core/job.ts';
import { canMoveJob, canMoveVm } from '../../../src/core/moves.ts';
import { type Checker, nameOf } from '../checker.ts';
import { count } from '../sim.ts';

/** I6: every state that we write is a move of the tables, and each move of a job is in its history. */
export const onlyMovesOfTheTables: Checker = {
  invariant: 'I6',
  effect(effect, _actor, sim) {
    if (effect.kind === 'job') {
      const { before, after } = effect;
      if (before && !isMove(before, after)) return wrongRewrite(before, after);
      count(sim, `move ${before?.state ?? 'none'} ${after.state}`);
      return wrongMove(before, after);
    }
    if (effect.kind !== 'vm') return undefined;
    const { before, after } = effect;
    // A row that is `stopping` is written again with a new time where deallocate is to be called once more.
    if (before.state === after.state && before.stateAt === after.stateAt) return undefined;
    count(sim, `vm ${before.state} ${after.state}`);
    return canMoveVm(before.state, after.state)
      ? undefined
      : `${after.name}: ${before.state} to ${after.state}`;
  },
};

function isMove(before: Job, after: Job): boolean {
  return (
    before.state !== after.state ||
    before.attempt !== after.attempt ||
    before.vmName !== after.vmName ||
    before.history.at(-1)?.at !== after.history.at(-1)?.at
  );
}

/** Leases, counts and times change without a move; those of a job at its end do not. */
function wrongRewrite(before: Job, after: Job): string | undefined {
  if (before.history.length !== after.history.length) return `history of ${nameOf(after)} without a move`;
  return before.state === 'processing' || before.state === 'received' || before.state === 'assigned'
    ? undefined
    : `${nameOf(after)} is written again as ${after.state}`;
}

function wrongMove(before: Job | undefined, after: Job): string | undefined {
  const from = before?.state ?? 'none';
  if (!canMoveJob(from, after.state)) return `${nameOf(after)}: ${from} to ${after.state}`;
  const isAnew =
    before && (after.state === 'received' || (after.state === 'assigned' && from !== 'received'));
  if (after.attempt !== (before?.attempt ?? 1) + (isAnew ? 1 : 0))
    return `${nameOf(after)} comes from ${from} with attempt ${before?.attempt ?? 'none'}`;
  const line = after.history.at(-1);
  return line?.state === after.state && line.attempt === after.attempt && line.vmName === after.vmName
    ? undefined
    : `the move of ${nameOf(after)} to ${after.state} is not in its history`;
}
