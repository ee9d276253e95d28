import { type AppError, isAppError } from '../core/errors.ts';
import type { AgentWorld } from './world.ts';

const firstPauseMs = 1000;
/** A server that asks for more patience than this is asked again all the same. */
const patienceMsMax = 10 * 60_000;

export interface RepeatOptions {
  /** What is being done, for the log: 'download'. */
  what: string;
  triesMax: number;
  /** Longest pause between two tries, unless the server asks for a longer one. */
  pauseMsMax: number;
  /** Longest one that the server may ask for. */
  retryAfterMsMax?: number;
  /** Which errors may pass. */
  mayPass(error: AppError): boolean;
}

/** Tries a step again while its errors may pass, with growing and jittered pauses. Throws the last error. */
export async function repeat<T>(
  step: () => Promise<T>,
  options: RepeatOptions,
  signal: AbortSignal,
  world: Pick<AgentWorld, 'sleep' | 'random' | 'log'>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await step();
    } catch (error) {
      const isLast = tries >= options.triesMax || signal.aborted;
      if (isLast || !isAppError(error) || !options.mayPass(error)) throw error;
      // One line an outage: it may last for days.
      if (tries === 1)
        world.log({ event: 'retrying', level: 'warning', message: `${options.what}: ${error.message}` });
      await world.sleep(pauseMs(tries, error, options) * (1 + world.random() / 2), signal);
      if (signal.aborted) throw error;
    }
  }
}

function pauseMs(
  tries: number,
  error: AppError,
  { pauseMsMax, retryAfterMsMax = patienceMsMax }: RepeatOptions,
): number {
  // "At once" still is not without end: a server may say it for hours.
  if (error.retryAfterMs !== undefined)
    return Math.max(firstPauseMs, Math.min(error.retryAfterMs, retryAfterMsMax));
  return Math.min(pauseMsMax, firstPauseMs * 2 ** (tries - 1));
}
