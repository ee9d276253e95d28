/** How often something may happen in a minute, for each of many sources that anybody can make up. */
export interface Quota {
  /**
   * Whether a source may once more. `passedOver` is how many times somebody might not since the last that might, for whoever tells of
   * this one to tell of those too.
   */
  take(source: string): { isWithin: boolean; passedOver: number };
}

export interface QuotaLimits {
  perSource: number;
  /** All sources together; it bounds what is kept of them as well. */
  total: number;
}

const windowMs = 60_000;

/** Counts in windows of a minute, each of which begins with the first that comes after the last. */
export function makeQuota({ perSource, total }: QuotaLimits, now: () => number): Quota {
  let endsAt = Number.NEGATIVE_INFINITY;
  let taken = 0;
  let passedOver = 0;
  const bySource = new Map<string, number>();

  return {
    take(source) {
      if (now() >= endsAt) {
        endsAt = now() + windowMs;
        taken = 0;
        bySource.clear();
      }
      const before = bySource.get(source) ?? 0;
      if (taken >= total || before >= perSource) {
        passedOver += 1;
        return { isWithin: false, passedOver };
      }
      taken += 1;
      bySource.set(source, before + 1);
      const told = passedOver;
      passedOver = 0;
      return { isWithin: true, passedOver: told };
    },
  };
}
