import { binNumbers } from './bins.ts';
import { binDates } from './calendar.ts';
import { isoOf } from './date.ts';
import { Moments } from './moments.ts';
import { quantilesOf } from './quantile.ts';
import { Sample } from './sample.ts';
import type { ColumnProfile } from './table-profile.ts';
import { Tally } from './tally.ts';
import { type Cell, type Kind, understand } from './value.ts';

const sampledMax = 100_000;
const topMax = 10;

type Figures = Pick<ColumnProfile, 'min' | 'max' | 'mean' | 'stddev' | 'quantiles' | 'histogram' | 'sampled'>;
const noFigures: Figures = {
  min: null,
  max: null,
  mean: null,
  stddev: null,
  quantiles: null,
  histogram: null,
  sampled: 0,
};

/**
 * Gathers the statistics of one column while its cells pass by, in memory that does not grow with their number. Texts
 * are numbers, dates or booleans only if all texts of the column are; a column of different kinds is `mixed`. White
 * space around a text is no part of it.
 */
export class Column {
  readonly #name: string;
  readonly #kindsOfTexts = new Set<Kind>();
  /** Of what is no text in JSON. */
  readonly #kinds = new Set<Kind>();
  readonly #tally = new Tally();
  /** Of numbers and of dates in ms; without meaning, and not reported, where a column holds anything else. */
  readonly #moments = new Moments();
  readonly #sample = new Sample(sampledMax);
  #count = 0;

  constructor(name: string) {
    this.#name = name;
  }

  add(cell: Cell): void {
    const meaning = understand(cell);
    if (meaning === undefined) return;
    this.#count += 1;
    (typeof cell === 'string' ? this.#kindsOfTexts : this.#kinds).add(meaning.kind);
    this.#tally.add(String(cell).trim());
    if (meaning.kind !== 'number' && meaning.kind !== 'date') return;
    this.#moments.add(meaning.value);
    this.#sample.add(meaning.value);
  }

  /** The column's profile in a table of so many rows. */
  profile(rows: number): ColumnProfile {
    const type = this.#type();
    const tally = type === 'number' || type === 'boolean' ? this.#tally.spelled(plainly) : this.#tally;
    return {
      name: this.#name,
      type,
      count: this.#count,
      missing: rows - this.#count,
      distinct: tally.distinct,
      distinctExact: tally.isExact,
      ...this.#figures(type),
      top: tally.top(topMax),
    };
  }

  #type(): ColumnProfile['type'] {
    const texts: Kind[] = this.#kindsOfTexts.size > 1 ? ['string'] : [...this.#kindsOfTexts];
    const [kind, ...others] = new Set([...texts, ...this.#kinds]);
    return others.length > 0 ? 'mixed' : (kind ?? 'empty');
  }

  #figures(type: ColumnProfile['type']): Figures {
    if (type !== 'number' && type !== 'date') return noFigures;
    const { min, max, mean, stddev } = this.#moments;
    const ascending = this.#sample.sorted();
    const sampled = ascending.length;
    if (type === 'date') {
      const bins = binDates(ascending);
      const histogram = bins ? { ...bins, from: isoOf(bins.from), to: isoOf(bins.to) } : null;
      return { ...noFigures, min: isoOf(min), max: isoOf(max), histogram, sampled };
    }
    const histogram = binNumbers(ascending) ?? null;
    return {
      min,
      max,
      mean: finiteOrNull(mean),
      stddev: finiteOrNull(stddev),
      quantiles: quantilesOf(ascending),
      histogram,
      sampled,
    };
  }
}

/** Sums near the end of the range of doubles overflow; JSON has no word for that. */
function finiteOrNull(value: number | null): number | null {
  return Number.isFinite(value) ? value : null;
}

/** A number as JSON would write it, a boolean in lower case. */
function plainly(text: string): string {
  const meaning = understand(text);
  return meaning?.kind === 'number' ? String(meaning.value) : text.toLowerCase();
}
