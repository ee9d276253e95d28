import { describe, expect, it } from 'vitest';
import { Sample } from '../../../src/local/guests/sample.ts';

function drawn(count: number, countMax: number): Float64Array {
  const sample = new Sample(countMax);
  for (let value = 0; value < count; value++) sample.add(value);
  return sample.sorted();
}

describe('a sample', () => {
  it('is all values while they fit', () => {
    expect([...drawn(4, 4)]).toEqual([0, 1, 2, 3]);
  });

  it('is a choice of them beyond that, early and late ones alike', () => {
    const kept = drawn(100_000, 1000);
    expect(kept).toHaveLength(1000);
    expect(new Set(kept).size).toBe(1000);
    for (let tenth = 0; tenth < 10; tenth++) {
      const count = kept.filter((value) => Math.floor(value / 10_000) === tenth).length;
      // 100 are expected; the standard deviation is 9.5.
      expect(count).toBeGreaterThan(60);
      expect(count).toBeLessThan(140);
    }
  });

  it('is the same each time', () => {
    expect(drawn(5000, 100)).toEqual(drawn(5000, 100));
  });
});
