import { parentPort, workerData } from 'node:worker_threads';
import { type RunOptions, runSeed } from './run.ts';
import { addTo, emptyTally, type Tally } from './tally.ts';

/** A piece of work: these seeds, as one message each way. */
export interface Piece {
  from: number;
  count: number;
}

/** The life of a worker: runs the seeds that it is sent, and sends what they came to. */
export function serve(): void {
  parentPort?.on('message', ({ from, count }: Piece) => {
    runSeeds(from, count, workerData as RunOptions).then((tally) => parentPort?.postMessage(tally));
  });
}

/** Runs worlds one after the other. */
export async function runSeeds(from: number, count: number, options: RunOptions = {}): Promise<Tally> {
  // Operating errors are made by the thousand, and nobody looks at their stacks.
  Error.stackTraceLimit = 0;
  const sum = emptyTally();
  for (let seed = from; seed < from + count; seed++) {
    const { violations, seen } = await runSeed(seed, options);
    const what = violations.find((violation) => violation.startsWith(options.only ?? ''));
    addTo(sum, { seeds: 1, violations: what ? [{ seed, what }] : [], seen });
  }
  return sum;
}
