import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCrew } from './crew.ts';
import type { Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';
import { bundleMutant } from './mutate.ts';

const seedsMax = 2000;

/** Runs every mutant from seed 1 on and prints how soon each was caught. Returns the exit code. */
export async function tryMutants(workers: number): Promise<number> {
  let missed = 0;
  for (const mutant of mutants) {
    const seed = await firstSeedThatCatches(mutant, { first: 1, seeds: seedsMax, workers });
    if (seed === undefined) missed += 1;
    console.log(`${mutant.breaks}  ${mutant.rule.padEnd(46)} ${seed ?? `not within ${seedsMax} seeds`}`);
  }
  return missed > 0 ? 1 : 0;
}

/** The lowest seed, among those looked at, in whose world the mutant breaks its invariant. */
export async function firstSeedThatCatches(
  mutant: Mutant,
  range: { first: number; seeds: number; workers: number },
): Promise<number | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'rouse-mutant-'));
  try {
    const file = join(folder, 'sim.mjs');
    await bundleMutant(mutant, file);
    const isEnough = (sum: { violations: unknown[] }) => sum.violations.length > 0;
    const { violations } = await runCrew({ file, ...range, only: mutant.breaks, isEnough });
    return violations.map(({ seed }) => seed).sort((a, b) => a - b)[0];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
