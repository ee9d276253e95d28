import { AppError } from '../core/errors.ts';

/**
 * Table columns as the protocol writes them and as people do. Times are ISO 8601 texts, so that they can be read; a
 * time that is none is an empty text. Reading takes whatever a hand, a script or Storage Explorer may have written.
 */
export type Row = Record<string, unknown>;

/** UTF-16 units that one property holds, and one key (Table service data model). */
const propertyLengthMax = 32_768;
const keyLengthMax = 512;

/** Whether a text can be a row's key: names from outside that cannot would fail in the service, not be missing. */
export function isKey(text: string): boolean {
  return text !== '' && text.length <= keyLengthMax && !/[/\\#?\p{Cc}\p{Cs}]/u.test(text);
}

/** A text that must be a row's key. */
export function asKey(text: string): string {
  if (!isKey(text)) throw new AppError('bad_input', `'${text}' cannot be the key of a table row`);
  return text;
}

/** A text cut to what a property holds. */
export function fitting(text: string): string {
  return whole(text.slice(0, propertyLengthMax));
}

/** A text in which each lone half of a character has become U+FFFD: URLs and services refuse half ones. */
function whole(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** The last time that an ISO date says in as many digits as all before it; later ones read as this one. */
const timeMax = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A time (ms since the epoch) as a column. */
export function timeColumn(ms: number): string {
  return ms > 0 ? new Date(Math.min(ms, timeMax)).toISOString() : '';
}

const isoDate = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(?<zone>Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * A time (ms since the epoch) from a column that holds an ISO date, UTC where it names no zone, or ms since the epoch; 0,
 * which is none, from anything else.
 */
export function timeOf(value: unknown): number {
  const ms = value instanceof Date ? value.getTime() : msIn(textOf(value).trim());
  return Math.min(Math.max(0, ms || 0), timeMax);
}

function msIn(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const date = isoDate.exec(text);
  if (!date) return 0;
  return Date.parse(text.length > 10 && !date.groups?.zone ? `${text}Z` : text);
}

/** Far more than the clocks of two instances differ by. */
const skewMsMax = 60 * 60_000;

/**
 * A time that has been, or lies ahead by no more than that. A later one is a slip of the hand and reads as none: the deadline that
 * counts from it would never come.
 */
export function pastTimeOf(value: unknown, aheadMsMax = 0): number {
  const ms = timeOf(value);
  return ms > Date.now() + aheadMsMax + skewMsMax ? 0 : ms;
}

export function numberOf(value: unknown): number {
  const number = Number(textOf(value).trim());
  return Number.isFinite(number) ? number : 0;
}

/** As much as an integer column holds. */
const countMax = 2 ** 31 - 1;

/** A count; 0, where it is none. */
export function countOf(value: unknown): number {
  const number = numberOf(value);
  return Number.isInteger(number) && number > 0 && number <= countMax ? number : 0;
}

export function textOf(value: unknown): string {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value) ? whole(String(value)) : '';
}

export function booleanOf(value: unknown): boolean {
  return /^(true|yes|1)$/i.test(textOf(value).trim());
}

/** A list from a column that holds JSON; empty where it holds none, or no list. */
export function listOf(value: unknown): unknown[] {
  try {
    const list: unknown = JSON.parse(textOf(value));
    return Array.isArray(list) ? list : [];
  } catch {
    // A broken list reads as an empty one: the files that it named are found again where their jobs say.
    return [];
  }
}
