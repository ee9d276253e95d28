/** The limit of a token bucket. */
export interface Limit {
  /** Tokens that it holds when it is full. */
  burst: number;
  /** Tokens that come back in a minute. */
  refillPerMinute: number;
}

/** A token bucket. */
export interface Bucket {
  /** Takes a token if there is one; how many are left, or how long until there is one. */
  take(now: number): { left: number } | { waitMs: number };
}

/** Makes a full bucket; `now` is ms since the epoch, here and in its calls. */
export function makeBucket({ burst, refillPerMinute }: Limit, now: number): Bucket {
  const perMs = refillPerMinute / 60_000;
  let tokens = burst;
  let countedAt = now;
  return {
    take(now) {
      tokens = Math.min(burst, tokens + (now - countedAt) * perMs);
      countedAt = now;
      if (tokens < 1) return { waitMs: (1 - tokens) / perMs };
      tokens -= 1;
      return { left: Math.floor(tokens) };
    },
  };
}
