import { Command } from 'commander';
import { wholeNumber } from '../../src/local/whole-number.ts';
import { describeFindings, isWell, progressOf, summaryOf } from './report.ts';
import { comeToRest } from './rest.ts';
import { runFuzz } from './run.ts';
import { openFuzzWorld, settle } from './settle.ts';

/**
 * `npm run fuzz -- [--requests N] [--seed S] [--parallel P]`: opens a world, has files pass through it, and when it has come to rest
 * fires random requests at its doors, none of which may change anything. Exit code 1 if one did, or was answered wrongly.
 */
const { requests, seed, parallel } = new Command('npm run fuzz --')
  .option('--requests <n>', 'how many', wholeNumber(1, 100_000_000), 10_000)
  .option('--seed <s>', 'of what is random', wholeNumber(1, Number.MAX_SAFE_INTEGER), 1)
  .option('--parallel <p>', 'requests in flight', wholeNumber(1, 1000), 64)
  .parse()
  .opts<{ requests: number; seed: number; parallel: number }>();

/** The first Ctrl-C ends it in order, the second at once: its children end with it. */
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  });

/**
 * The heap of the host, in MB: more than it needs. Left to itself it grows to several times that before anything is collected, which
 * hides what is never collected, and takes 40,000 requests to do so.
 */
const heapMegabytes = 96;
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --max-old-space-size=${heapMegabytes}`;

process.exitCode = await run();

async function run(): Promise<number> {
  console.log(`fuzz: ${requests} requests, seed ${seed}, ${parallel} at a time; opening a world …`);
  const world = await openFuzzWorld(8);
  try {
    if (interrupted.signal.aborted) return 130;
    console.log('fuzz: files go through it …');
    const scene = await settle(world);
    const before = await comeToRest(world);
    if (interrupted.signal.aborted) return 130;
    const outcome = await runFuzz(world, scene, {
      ...{ before, requests, seed, parallel, ended: interrupted.signal },
      progress: (...how) => console.log(progressOf(...how)),
    });
    if (interrupted.signal.aborted) console.log('fuzz: interrupted; so far:');
    console.log(`\n${summaryOf(outcome, { seed, parallel })}\n`);
    if (!isWell(outcome)) console.log(describeFindings(outcome));
    if (interrupted.signal.aborted) return 130;
    return isWell(outcome) ? 0 : 1;
  } finally {
    await world.close();
  }
}
