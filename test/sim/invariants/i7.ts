import type { Checker } from '../checker.ts';
import { undrained } from '../drained.ts';

/**
 * I7: with faults gone, and one VM that can start, the system drains: every file reaches its end, every VM is deallocated, and
 * no message and no entry of an index is left that speaks of ended work.
 */
export const drains: Checker = {
  invariant: 'I7',
  end(sim) {
    const left = undrained(sim);
    return left.length > 0 ? `does not drain: ${left.join('; ')}` : undefined;
  },
};
