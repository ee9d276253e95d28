import { describe, expect, it } from 'vitest';
import { runSeed } from './run.ts';

const seeds = Array.from({ length: 40 }, (_, index) => index + 1);

/** Each of them again, with its story: `npm run sim -- --simple --seed N --lines 50`. */
describe('simulated worlds', () => {
  it.each(seeds)('keep the invariants under faults: seed %i', async (seed) => {
    const { violations } = await runSeed(seed, { isMended: false });
    expect(violations).toEqual([]);
  });

  it('are the same again from the same seed', async () => {
    const [first, second] = [await runSeed(7, { isMended: false }), await runSeed(7, { isMended: false })];
    expect(first.trace.length).toBeGreaterThan(100);
    expect(second.trace).toEqual(first.trace);
  });
});
