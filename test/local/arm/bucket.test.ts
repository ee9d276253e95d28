import { describe, expect, it } from 'vitest';
import { makeBucket } from '../../../src/local/arm/bucket.ts';

describe('a token bucket', () => {
  it('gives its burst at once, then tells how long the next one takes', () => {
    const bucket = makeBucket({ burst: 3, refillPerMinute: 4 }, 1000);
    expect([bucket.take(1000), bucket.take(1000), bucket.take(1000)]).toEqual([
      { left: 2 },
      { left: 1 },
      { left: 0 },
    ]);
    expect(bucket.take(1000)).toEqual({ waitMs: 15_000 });
    expect(bucket.take(11_000)).toEqual({ waitMs: 5_000 });
    expect(bucket.take(16_000)).toEqual({ left: 0 });
  });

  it('never holds more than its burst', () => {
    const bucket = makeBucket({ burst: 2, refillPerMinute: 60 }, 0);
    expect(bucket.take(3_600_000)).toEqual({ left: 1 });
  });
});
