import { type Bucket, type Limit, makeBucket } from './bucket.ts';
import type { Call } from './faults.ts';
import { Refusal } from './refusal.ts';

/**
 * Azure's limits (compute-throttling-limits): a list counts for the subscription, the other calls for one VM. Those of the network are
 * 10,000 reads in five minutes for the subscription (request-limits-and-throttling, "Network throttling"). The policies' names are ours;
 * clients are not to depend on them.
 */
const limits: Record<Call, Limit & { provider: string; policy: string }> = {
  start: { provider: 'Compute', policy: 'UpdateVM', burst: 12, refillPerMinute: 4 },
  deallocate: { provider: 'Compute', policy: 'DeleteVM', burst: 12, refillPerMinute: 4 },
  get: { provider: 'Compute', policy: 'GetVM', burst: 36, refillPerMinute: 12 },
  list: { provider: 'Compute', policy: 'ListVMs', burst: 900, refillPerMinute: 300 },
  network: { provider: 'Network', policy: 'Reads', burst: 10_000, refillPerMinute: 2000 },
};

export interface Throttle {
  /**
   * Counts a call; `vm` is '' for a list and for the network. Returns the header that tells what is left. Throws the refusal 429 when
   * nothing is left.
   */
  count(call: Call, vm: string): Record<string, string>;
}

/** `rate`: how many times faster than in Azure the buckets refill, for a world that runs faster. */
export function makeThrottle({ rate, now }: { rate: number; now: () => number }): Throttle {
  const buckets = new Map<string, Bucket>();
  return {
    count(call, vm) {
      const { provider, policy, burst, refillPerMinute } = limits[call];
      const remaining = (left: number) => ({
        'x-ms-ratelimit-remaining-resource': `Microsoft.${provider}/${policy};${left}`,
      });
      const key = `${policy} ${vm}`;
      const bucket =
        buckets.get(key) ?? makeBucket({ burst, refillPerMinute: refillPerMinute * rate }, now());
      buckets.set(key, bucket);
      const result = bucket.take(now());
      if ('waitMs' in result) throw tooMany(policy, burst, result.waitMs, remaining(0));
      return remaining(result.left);
    },
  };
}

/** As in "Troubleshooting API throttling errors": the code that tells of it stands in the details, without an `error` around. */
function tooMany(policy: string, burst: number, waitMs: number, remaining: Record<string, string>): Refusal {
  const message =
    'The server rejected the request because too many requests have been received for this subscription.';
  const measure = { operationGroup: policy, allowedRequestCount: burst, measuredRequestCount: burst + 1 };
  const body = {
    code: 'OperationNotAllowed',
    message,
    details: [{ code: 'TooManyRequests', target: policy, message: JSON.stringify(measure) }],
  };
  const headers = { ...remaining, 'retry-after': String(Math.ceil(waitMs / 1000)) };
  return new Refusal({ status: 429, headers, body }, message);
}
