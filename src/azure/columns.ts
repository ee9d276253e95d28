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
  return text !== '' && text.length <= keyLengthMax && !/[/\\#?\p{Cc}]/u.test(text);
}

/** A text that must be a row's key. */
export function asKey(text: string): string {
  if (!isKey(text)) throw new AppError('bad_input', `'${text}' cannot be the key of a table row`);
  return text;
}

/** A text cut to what a property holds; a character that the cut leaves in half becomes U+FFFD, as any lone half does. */
export function fitting(text: string): string {
  return Buffer.from(text.slice(0, propertyLengthMax), 'utf8').toString('utf8');
}

/** A time (ms since the epoch) as a column. */
export function timeColumn(ms: number): string {
  return ms > 0 ? new Date(ms).toISOString() : '';
}

const isoDate = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(?<zone>Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * A time (ms since the epoch) from a column that holds an ISO date, UTC where it names no zone, or ms since the epoch; 0,
 * which is none, from anything else.
 */
export function timeOf(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  const text = textOf(value).trim();
  if (/^\d+$/.test(text)) return Number(text);
  const date = isoDate.exec(text);
  if (!date) return 0;
  const ms = Date.parse(text.length > 10 && !date.groups?.zone ? `${text}Z` : text);
  return Number.isNaN(ms) ? 0 : ms;
}

export function numberOf(value: unknown): number {
  const number = Number(textOf(value).trim());
  return Number.isFinite(number) ? number : 0;
}

export function textOf(value: unknown): string {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value) ? String(value) : '';
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
