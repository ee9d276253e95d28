import { type Bins, count, type Scale } from './bins.ts';

const dateBinsMax = 60;
const secondMs = 1000;
const dayMs = 24 * 60 * 60 * secondMs;
/** 1970-01-05, so that weeks begin on a Monday. */
const mondayMs = 4 * dayMs;

const stepsOfClock = [1, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600].map((s) => s * secondMs);
const monthsOfStep = [1, 3, 12, 24, 60, 120, 240, 600, 1200, 6000, 12_000];

const scales: Scale[] = [
  ...stepsOfClock.map((ms) => even(ms, 0)),
  even(dayMs, 0),
  even(7 * dayMs, mondayMs),
  ...monthsOfStep.map(monthly),
];

/**
 * Counts ascending times (ms since the epoch) by a unit of clock or calendar: the smallest that gives 60 bins or fewer,
 * or a larger one that keeps the times as far apart (years, for dates that are all the first of January).
 */
export function binDates(ascending: Float64Array): Bins | undefined {
  const first = ascending[0] ?? 0;
  const last = ascending.at(-1) ?? 0;
  const [finest, ...coarser] = scales.filter((scale) => scale.binOf(last) - scale.binOf(first) < dateBinsMax);
  if (!finest) return undefined;
  const most = binsFilled(ascending, finest);
  const blurring = coarser.findIndex((scale) => binsFilled(ascending, scale) < most);
  const asFine = blurring < 0 ? coarser : coarser.slice(0, blurring);
  return count(ascending, asFine.at(-1) ?? finest);
}

function binsFilled(values: Float64Array, scale: Scale): number {
  return new Set(values.map((value) => scale.binOf(value))).size;
}

function even(widthMs: number, originMs: number): Scale {
  return {
    binOf: (value) => Math.floor((value - originMs) / widthMs),
    edge: (bin) => originMs + bin * widthMs,
  };
}

function monthly(months: number): Scale {
  return {
    binOf(value) {
      const date = new Date(value);
      return Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / months);
    },
    edge: (bin) => new Date(0).setUTCFullYear(Math.floor((bin * months) / 12), (bin * months) % 12, 1),
  };
}
