import { setTimeout as delay } from 'node:timers/promises';
import pRetry from 'p-retry';
import type { FetchedItem } from '../core/collect.ts';
import { AppError, isAppError } from '../core/errors.ts';
import type { Source } from '../core/sources.ts';
import { parseRetryAfterMs } from './errors.ts';
import { limitedBody } from './limited-body.ts';
import { spool } from './spool.ts';
import { conditionOf, offeredValidator } from './validator.ts';

/** How patient the collector is with a source. Times in ms. */
export interface Patience {
  retriesMax: number;
  /** Wait before the first retry; doubles each time, with jitter. */
  retryMs: number;
  /** The longest `Retry-After` that is waited for here; a longer one is left to the next run. */
  retryAfterMsMax: number;
  /** From the request to the first byte of the answer. */
  answerMsMax: number;
  /** From the request to the last byte. */
  itemMsMax: number;
}

const redirectsMax = 5;

const defaultPatience: Patience = {
  retriesMax: 3,
  retryMs: 1_000,
  retryAfterMsMax: 20_000,
  answerMsMax: 30_000,
  itemMsMax: 4 * 60_000,
};

/**
 * Asks a source for its item, unless it still is the version that the validator stands for. A validator is the source's
 * ETag, else its Last-Modified, else a hash of the content, for which the item has to be read once before it is passed on.
 *
 * Tried again: no answer, 408, 429 and 5xx; of those `Retry-After` is honoured. Throws `bad_input` for any other refusal and
 * for an item above the source's limit, also in the middle of the body.
 */
export async function fetchItem(
  source: Source,
  validator: string | undefined,
  patience = defaultPatience,
): Promise<FetchedItem> {
  return pRetry(() => fetchOnce(source, validator, patience), {
    retries: patience.retriesMax,
    minTimeout: patience.retryMs,
    randomize: true,
    shouldRetry: ({ error }) =>
      isAppError(error) && error.retryable && (error.retryAfterMs ?? 0) <= patience.retryAfterMsMax,
    onFailedAttempt: async ({ error, retriesLeft }) => {
      const waitMs = isAppError(error) ? (error.retryAfterMs ?? 0) : 0;
      if (retriesLeft > 0 && waitMs <= patience.retryAfterMsMax) await delay(waitMs);
    },
  });
}

async function fetchOnce(
  source: Source,
  validator: string | undefined,
  patience: Patience,
): Promise<FetchedItem> {
  const response = await request(source, validator, patience);
  const offered = offeredValidator(response.headers);
  // Some servers send all of it again whatever condition was named.
  if (response.status === 304 || (response.ok && offered !== undefined && offered === validator)) {
    await response.body?.cancel();
    return { status: 'unchanged' };
  }
  if (response.status !== 200) {
    await response.body?.cancel();
    throw refusalOf(response);
  }
  const declared = Number(response.headers.get('content-length') ?? 0);
  if (declared > source.sizeBytesMax) {
    await response.body?.cancel();
    throw new AppError(
      'bad_input',
      `the item has ${declared} bytes, more than sizeBytesMax (${source.sizeBytesMax})`,
    );
  }
  const body = limitedBody(response, source.sizeBytesMax);
  if (offered !== undefined) return { status: 'new', validator: offered, body };

  const spooled = await spool(body);
  const hashed = `sha256:${spooled.sha256}`;
  if (hashed !== validator) return { status: 'new', validator: hashed, body: spooled.body };
  spooled.body.destroy();
  return { status: 'unchanged' };
}

/** One request; resolves with the head of the answer. Nothing of a header's value gets into an error. */
async function request(
  source: Source,
  validator: string | undefined,
  { answerMsMax, itemMsMax }: Patience,
): Promise<Response> {
  const noAnswer = new AbortController();
  const timer = setTimeout(() => noAnswer.abort(), answerMsMax);
  try {
    const signal = AbortSignal.any([noAnswer.signal, AbortSignal.timeout(itemMsMax)]);
    const headers = { 'accept-encoding': 'identity', ...conditionOf(validator) };
    return await follow(source, headers, signal);
  } catch (error) {
    if (isAppError(error)) throw error;
    if (error instanceof TypeError && error.message !== 'fetch failed')
      throw new AppError('bad_input', 'its url or its headers make no request');
    throw new AppError('unavailable', `no answer (${reasonOf(error)})`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Follows redirects by hand: `fetch` would send the source's own headers, which may hold a key, to whatever host it is sent to.
 * They stay with the host that they were set for, and https is not left.
 */
async function follow(
  source: Source,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  const home = new URL(source.url);
  for (let url = home, hops = 0; ; hops++) {
    const own = url.origin === home.origin ? source.headers : {};
    const response = await fetch(url, { headers: { ...headers, ...own }, signal, redirect: 'manual' });
    const location = response.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(response.status) || !location) return response;
    await response.body?.cancel();
    if (hops === redirectsMax)
      throw new AppError('bad_input', `its server redirects more than ${redirectsMax} times`);
    const next = new URL(location, url);
    if (url.protocol === 'https:' && next.protocol !== 'https:')
      throw new AppError('bad_input', 'its server redirects from https to an address without');
    url = next;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}

function refusalOf({ status, headers }: Response): AppError {
  const message = `its server answered ${status}`;
  const retryAfterMs = parseRetryAfterMs(headers.get('retry-after'), Date.now());
  if (status === 429 || status === 503) return new AppError('throttled', message, { retryAfterMs });
  if (status === 408 || status >= 500) return new AppError('unavailable', message, { retryAfterMs });
  return new AppError(status === 404 || status === 410 ? 'not_found' : 'bad_input', message);
}
