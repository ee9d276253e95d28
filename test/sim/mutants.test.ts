import { describe, expect, it } from 'vitest';
import { mutants } from './mutants.ts';
import { firstSeedThatCatches } from './mutants-command.ts';

/** As many as a change of the code may shift the chances of a seed that was known to catch. */
const seedsMax = 300;

/**
 * Shows that the checkers can fail: without one rule of the protocol, its invariant breaks. Where a change of the code has moved the
 * seeds, `npm run sim -- --mutants` finds others for the table.
 */
describe('without one rule of the protocol', () => {
  it.each(mutants)('$rule: $breaks breaks', { timeout: 60_000 }, async (mutant) => {
    const caught = await firstSeedThatCatches(mutant, { first: mutant.seed, seeds: seedsMax, workers: 1 });
    expect(caught).toBeDefined();
  });
});
