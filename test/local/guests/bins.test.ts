import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binNumbers } from '../../../src/local/guests/bins.ts';
import { binDates } from '../../../src/local/guests/calendar.ts';

const sorted = (...values: number[]) => Float64Array.from(values).sort();
const day = (text: string) => Date.parse(text);
const inWords = (bins: ReturnType<typeof binDates>) =>
  bins && { ...bins, from: new Date(bins.from).toISOString(), to: new Date(bins.to).toISOString() };

describe('bins of numbers', () => {
  it('are of a round width and begin at a round number', () => {
    expect(binNumbers(sorted(1613, 5140))).toMatchObject({ from: 1600, to: 5200 });
    expect(binNumbers(sorted(-118.46, -117.73))).toMatchObject({ from: -118.5, to: -117.7 });
  });

  it('hold a value on an edge above it, where binary fractions fall short of the decimal one', () => {
    const bins = binNumbers(sorted(0.41, 0.57, 0.58, 0.58));
    expect(bins).toMatchObject({ from: 0.41, to: 0.59 });
    expect(bins?.counts.slice(-4)).toEqual([0, 0, 1, 2]);
  });

  it('have whole numbers in their middle when each has one of its own', () => {
    expect(binNumbers(sorted(3, 4, 4, 8))).toEqual({ from: 2.5, to: 8.5, counts: [1, 2, 0, 0, 0, 1] });
  });

  it('are one without width for a single value', () => {
    expect(binNumbers(sorted(0.1, 0.1))).toEqual({ from: 0.1, to: 0.1, counts: [2] });
  });

  it('are not had where doubles cannot tell their edges apart', () => {
    expect(binNumbers(sorted(1, 1 + 2 ** -52))).toBeUndefined();
    expect(binNumbers(sorted(0, 5e-324))).toBeUndefined();
    expect(binNumbers(sorted(-1.7e308, 1.7e308))).toBeUndefined();
    expect(binNumbers(sorted(2 ** 53, 2 ** 53 + 4))).toBeUndefined();
  });

  it('hold every value once, between outer bins that are not empty', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1 }), (values) => {
        const ascending = sorted(...values);
        const bins = binNumbers(ascending);
        if (!bins) return;
        expect(bins.counts.length).toBeLessThanOrEqual(21);
        expect(bins.counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
        expect(bins.counts[0]).toBeGreaterThan(0);
        expect(bins.counts.at(-1)).toBeGreaterThan(0);
        expect(bins.from).toBeLessThanOrEqual(ascending[0] as number);
        expect(bins.to).toBeGreaterThanOrEqual(ascending.at(-1) as number);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('bins of dates', () => {
  it('are months of the calendar for some years', () => {
    const bins = binDates(sorted(day('2012-01-31'), day('2012-02-01'), day('2012-02-29'), day('2014-12-31')));
    expect(inWords(bins)).toMatchObject({ from: '2012-01-01T00:00:00.000Z', to: '2015-01-01T00:00:00.000Z' });
    expect(bins?.counts.slice(0, 3)).toEqual([1, 2, 0]);
    expect(bins?.counts).toHaveLength(36);
  });

  it('are years where months would tell no more of them apart', () => {
    const bins = binDates(sorted(day('1970-01-01'), day('1971-01-01'), day('1973-01-01')));
    expect(inWords(bins)).toEqual({
      from: '1970-01-01T00:00:00.000Z',
      to: '1974-01-01T00:00:00.000Z',
      counts: [1, 1, 0, 1],
    });
  });

  it('are weeks that begin on Mondays', () => {
    const days = Array.from({ length: 100 }, (_, index) => day('2024-01-01') + index * 86_400_000);
    const bins = binDates(sorted(...days));
    expect(inWords(bins)).toMatchObject({ from: '2024-01-01T00:00:00.000Z' });
    expect(bins?.counts.slice(0, 14)).toEqual(Array(14).fill(7));
  });

  it('reach back before 1970', () => {
    const bins = binDates(sorted(day('1854-04-01'), day('1854-12-31'), day('1856-03-01')));
    expect(inWords(bins)).toMatchObject({ from: '1854-04-01T00:00:00.000Z', to: '1856-04-01T00:00:00.000Z' });
  });

  it('are one without width for a single moment', () => {
    expect(binDates(sorted(5, 5))).toEqual({ from: 5, to: 5, counts: [2] });
  });
});
