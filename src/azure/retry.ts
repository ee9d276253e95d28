import { setTimeout as delay } from 'node:timers/promises';
import { isAppError } from '../core/errors.ts';
import { toAppError } from './errors.ts';

/** A caller of ours tries again later anyway: a few tries get over a reset connection, more would multiply a throttling. */
const triesMax = 3;
/** Doubles with each try; half as much again is jitter. */
const pauseMs = 500;
/** The longest `Retry-After` that is waited for inside a call: a function, and what it holds, must not stand for minutes. */
const retryAfterMsMax = 4_000;

/**
 * Sends a request to storage, and sends it again where that can help: after no answer, and after an error of the server.
 * Instead of the clients' own retries, because those of blobs and queues send a 503 again at once, whatever `Retry-After`
 * says, and those of tables wait for as long as it says.
 *
 * A throttling is never answered with another request before its time: a short `Retry-After` is waited for here; with a
 * longer one, or none, it is the caller's, who has the time to wait or is called again.
 */
export async function sendWithRetries<Response>(
  send: () => Promise<Response>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  for (let tries = 1; ; tries++) {
    try {
      return await send();
    } catch (error) {
      const waitMs = waitMsAfter(error, tries);
      if (tries >= triesMax || waitMs === undefined) throw error;
      await delay(waitMs, undefined, { signal });
    }
  }
}

/** How long to wait before the next try; undefined if there should be none. What was aborted or timed out is no RestError. */
function waitMsAfter(error: unknown, tries: number): number | undefined {
  const meant = toAppError(error);
  if (!isAppError(meant) || !(error instanceof Error) || error.name !== 'RestError') return undefined;
  const { code, retryAfterMs } = meant;
  const jitteredMs = pauseMs * 2 ** (tries - 1) * (1 + Math.random() / 2);
  if (code === 'unavailable') return jitteredMs;
  if (code !== 'throttled' || retryAfterMs === undefined || retryAfterMs > retryAfterMsMax) return undefined;
  return Math.max(retryAfterMs, jitteredMs);
}
