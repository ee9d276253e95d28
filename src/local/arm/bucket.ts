/** The limit of a token bucket. */
export interface Limit {
  /** Tokens that it holds when it is full. */
  burst: number;
  refillPerMinute: number;
}

/** A token bucket. Times are ms since the epoch. */
export interface Bucket {
  /** Takes a token if there is one; tells how many are left, or how long until there is one. */
  take(now: number): { left: number } | { waitMs: number };
}

/** Makes a full bucket. */
export function makeBucket({ burst, refillPerMinute }: Limit, now: number): Bucket {
  /** Tokens are counted in the time that they take to come back: whole numbers, no rounding. */
  const tokenMs = 60_000 / refillPerMinute;
  let heldMs = burst * tokenMs;
  let countedAt = now;
  return {
    take(now) {
      heldMs = Math.min(burst * tokenMs, heldMs + now - countedAt);
      countedAt = now;
      if (heldMs < tokenMs) return { waitMs: tokenMs - heldMs };
      heldMs -= tokenMs;
      return { left: Math.floor(heldMs / tokenMs) };
    },
  };
}
