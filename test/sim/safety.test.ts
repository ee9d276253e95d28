import { describe, expect, it } from 'vitest';
import { runSeed } from './run.ts';
import { runSeeds } from './serve.ts';

const batches = [1, 101, 201];
const batchCount = 100;

/** More of them, and the story of one: `npm run sim -- --seeds 1000`, `npm run sim -- --seed N --lines 100`. */
describe('simulated worlds', () => {
  it.each(batches)(
    'keep every invariant, and drain: a hundred seeds from %i on',
    { timeout: 60_000 },
    async (from) => {
      const { violations } = await runSeeds(from, batchCount);
      expect(violations).toEqual([]);
    },
  );

  it('are the same again from the same seed', async () => {
    const [first, second] = [await runSeed(7, { isTraced: true }), await runSeed(7, { isTraced: true })];
    expect(first.trace.length).toBeGreaterThan(100);
    expect(second.trace).toEqual(first.trace);
  });
});
