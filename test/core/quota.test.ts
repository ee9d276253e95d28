import { describe, expect, it } from 'vitest';
import { makeQuota } from '../../src/core/quota.ts';

function opened() {
  let now = 0;
  const quota = makeQuota({ perSource: 2, total: 5 }, () => now);
  return {
    ...quota,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('a quota', () => {
  it('lets each source have its own few, and says how many were passed over', () => {
    const it = opened();
    expect([it.take('a'), it.take('a')]).toEqual([
      { isWithin: true, passedOver: 0 },
      { isWithin: true, passedOver: 0 },
    ]);
    expect(it.take('a')).toEqual({ isWithin: false, passedOver: 1 });
    expect(it.take('a')).toEqual({ isWithin: false, passedOver: 2 });
    expect(it.take('b')).toEqual({ isWithin: true, passedOver: 2 });
    expect(it.take('b')).toEqual({ isWithin: true, passedOver: 0 });
  });

  it('lets all of them together have not many', () => {
    const it = opened();
    const taken = Array.from({ length: 100 }, (_, index) => it.take(`source ${index}`).isWithin);
    expect(taken.filter(Boolean)).toHaveLength(5);
  });

  it('begins anew a minute after the first', () => {
    const it = opened();
    for (let count = 0; count < 10; count++) it.take('a');
    it.pass(59_999);
    expect(it.take('a').isWithin).toBe(false);
    it.pass(1);
    expect(it.take('a')).toEqual({ isWithin: true, passedOver: 9 });
  });
});
