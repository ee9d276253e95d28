import { describe, expect, it } from 'vitest';
import { growthIn, type Sample } from './memory.ts';

const megabyte = 1024 ** 2;
/** One sample for each hundred of a thousand requests. */
const samples = (bytes: (done: number) => number): Sample[] =>
  Array.from({ length: 11 }, (_, index) => ({ done: index * 100, bytes: bytes(index * 100) }));

describe('memory grows', () => {
  it('if it does so from the second fifth to the last', () => {
    expect(
      growthIn(
        samples((done) => (100 + done / 5) * megabyte),
        1000,
      ),
    ).toMatchObject({ isMore: true });
    expect(
      growthIn(
        samples(() => 100 * megabyte),
        1000,
      ),
    ).toMatchObject({ isMore: false });
  });

  it('not if it does so in the first fifth, or for a moment', () => {
    const warm = (done: number) => (done < 200 ? 50 : 150) * megabyte;
    expect(growthIn(samples(warm), 1000)).toMatchObject({ isMore: false });
    const peak = (done: number) => (done === 900 ? 500 : 150) * megabyte;
    expect(growthIn(samples(peak), 1000)).toMatchObject({ isMore: false });
  });

  it('and nobody can tell where too little was seen', () => {
    expect(growthIn([{ done: 0, bytes: 1 }], 1000)).toBeUndefined();
  });
});
