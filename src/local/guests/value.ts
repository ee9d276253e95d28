import { dateOf } from './date.ts';

/** A cell as it was read: a text in CSV, any scalar in JSON. */
export type Cell = string | number | boolean | null | undefined;

/** What a cell means by itself. `value` of a date is in ms since the epoch. */
export type Meaning = { kind: 'number' | 'date'; value: number } | { kind: 'string' | 'boolean' };

export type Kind = Meaning['kind'];

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** `1,234,567.8`: government tables are full of them. The first group must not be zero: `0,123` is a decimal comma. */
const grouped = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/;

/**
 * Says what a cell is, by itself: undefined for a missing one, that is null, what is absent, and a text of white space.
 * Texts are read in the same way whether they come from CSV or JSON. "NA" and its like are texts.
 */
export function understand(cell: Cell): Meaning | undefined {
  if (cell === null || cell === undefined) return undefined;
  if (typeof cell === 'boolean') return { kind: 'boolean' };
  if (typeof cell === 'number') return ofNumber(cell);

  const text = cell.trim();
  if (text === '') return undefined;
  if (decimal.test(text)) return ofNumber(Number(text));
  if (grouped.test(text)) return ofNumber(Number(text.replaceAll(',', '')));
  const date = dateOf(text);
  if (date !== undefined) return { kind: 'date', value: date };
  return { kind: /^(true|false)$/i.test(text) ? 'boolean' : 'string' };
}

/** A number too large for a double (`1e999`) is left a text. */
function ofNumber(value: number): Meaning {
  return Number.isFinite(value) ? { kind: 'number', value } : { kind: 'string' };
}
