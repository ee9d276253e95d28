import { Worker } from 'node:worker_threads';
import type { RunOptions } from './run.ts';
import type { Piece } from './serve.ts';
import { addTo, emptyTally, type Tally } from './tally.ts';

export interface CrewOptions extends RunOptions {
  /** The bundle of `main.ts` that the workers run. */
  file: string | URL;
  first: number;
  seeds: number;
  workers: number;
  /** Told after each piece; true ends the work. */
  isEnough?(sum: Tally): boolean;
}

/** A few seeds at a time: messages cost little, and the last worker is not waited for long. */
const pieceCountMax = 20;
/** Most of what a world makes is gone with it: a young generation that holds a world needs few collections. */
const youngMb = 64;

/** Has worlds run by several workers, each of which is sent the next few seeds as soon as it is done with the last. */
export async function runCrew({
  file,
  first,
  seeds,
  workers,
  isEnough,
  ...options
}: CrewOptions): Promise<Tally> {
  const sum = emptyTally();
  let next = first;
  const end = first + seeds;
  const pieceCount = Math.max(1, Math.min(pieceCountMax, Math.ceil(seeds / workers / 20)));
  const takePiece = (): Piece | undefined => {
    if (next >= end || isEnough?.(sum)) return undefined;
    const piece = { from: next, count: Math.min(pieceCount, end - next) };
    next += piece.count;
    return piece;
  };
  await Promise.all(Array.from({ length: workers }, () => runWorker(file, options, takePiece, sum)));
  return sum;
}

function runWorker(
  file: string | URL,
  options: RunOptions,
  takePiece: () => Piece | undefined,
  sum: Tally,
): Promise<void> {
  const resourceLimits = { maxYoungGenerationSizeMb: youngMb };
  const worker = new Worker(file, { workerData: options, resourceLimits });
  return new Promise<void>((resolve, reject) => {
    const goOn = () => {
      const piece = takePiece();
      if (piece) worker.postMessage(piece);
      else worker.terminate().then(() => resolve(), reject);
    };
    worker.on('message', (part: Tally) => {
      addTo(sum, part);
      goOn();
    });
    worker.on('error', reject);
    goOn();
  });
}
