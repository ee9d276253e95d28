import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { wholeNumber } from '../../src/local/whole-number.ts';
import { missing, wanted } from './coverage.ts';
import { runCrew } from './crew.ts';
import { tryMutants } from './mutants-command.ts';
import { runSeed } from './run.ts';
import { byKind, type Tally } from './tally.ts';

/** From so many worlds on, what was never reached is a failure. */
const coverageSeedsMin = 10_000;

/** Violations that are told as they come; the rest at the end, by kind. */
const toldMax = 20;

interface Options {
  seeds: number;
  seed: number;
  jobs: number;
  lines?: number;
  coverage: boolean;
  mutants: boolean;
}

const most = Number.MAX_SAFE_INTEGER;

/** Runs worlds as the command line says. Returns the exit code. */
export async function command(file: URL): Promise<number> {
  const options = new Command('npm run sim --')
    .option('--seeds <n>', 'worlds to run', wholeNumber(1, most), 100)
    .option('--seed <s>', "the first one's seed", wholeNumber(1, most), 1)
    .option('--jobs <n>', 'workers; one for each core', wholeNumber(1, 256), availableParallelism())
    .option('--lines <n>', 'tell the story of the one world: its last lines', wholeNumber(1, most))
    .option('--coverage', 'say what was never reached', false)
    .option('--mutants', 'switch off one rule after the other and look how soon its invariant breaks', false)
    .parse()
    .opts<Options>();
  const { seeds, seed: first, jobs: workers } = options;
  if (options.lines !== undefined) return tell(first, options.lines);
  if (options.mutants) return tryMutants(workers);

  const beganAt = Date.now();
  const show = progress(seeds, beganAt);
  const sum = await runCrew({ file, first, seeds, workers, isEnough: (tally) => show(tally) });
  return report(sum, Date.now() - beganAt, options.coverage);
}

async function tell(seed: number, lines: number): Promise<number> {
  const { trace, violations } = await runSeed(seed, { isTraced: true });
  for (const line of trace.slice(-lines)) console.log(line);
  for (const violation of violations) console.log(`seed ${seed}: ${violation}`);
  if (violations.length === 0) console.log(`seed ${seed}: every invariant holds`);
  return violations.length > 0 ? 1 : 0;
}

/** Says what broke at once, and every ten seconds how far it is, on a terminal in one line; never that it is enough. */
function progress(seeds: number, beganAt: number): (sum: Tally) => boolean {
  const { isTTY } = process.stderr;
  let saidAt = beganAt;
  let told = 0;
  return (sum) => {
    const now = Date.now();
    for (; told < Math.min(sum.violations.length, toldMax); told++) {
      const { seed, what } = sum.violations[told] ?? {};
      process.stderr.write(`${isTTY ? '\r' : ''}seed ${seed}: ${what?.slice(0, 200)}\n`);
    }
    if (now - saidAt < (isTTY ? 200 : 10_000)) return false;
    saidAt = now;
    const rate = (sum.seeds / (now - beganAt)) * 1000;
    const line = `${sum.seeds} of ${seeds} seeds, ${rate.toFixed(0)}/s, ${sum.violations.length} violations`;
    process.stderr.write(isTTY ? `\r${line}` : `${line}\n`);
    return false;
  };
}

function report(sum: Tally, ms: number, mustShow: boolean): number {
  const rate = (sum.seeds / ms) * 1000;
  console.log(`\n${sum.seeds} seeds in ${(ms / 1000).toFixed(0)} s (${rate.toFixed(0)}/s)`);
  console.log(`${sum.violations.length} with a violation`);
  for (const { kind, seeds, what } of byKind(sum)) {
    console.log(`\n${String(seeds.length).padStart(6)}  ${kind}`);
    console.log(`        ${what.slice(0, 300)}`);
    console.log(`        seeds ${seeds.slice(0, 6).join(', ')}`);
    console.log(`        npm run sim -- --seed ${seeds[0]} --lines 100`);
  }
  const never = missing(sum.seen);
  const all = wanted().length;
  console.log(`\ncoverage: ${all - never.length} of ${all} things happened`);
  const isDue = sum.seeds >= coverageSeedsMin;
  if (isDue || mustShow) for (const what of never) console.log(`  never: ${what}`);
  return sum.violations.length > 0 || (isDue && never.length > 0) ? 1 : 0;
}
