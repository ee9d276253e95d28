import { readFileSync } from 'node:fs';
import { extname } from 'node:path';

/**
 * The figures of a data set, computed in another way than the guest program does: all of it in memory, plain sums,
 * sorting, and a parser of our own.
 */

type Scalar = string | number | boolean | null | undefined;
export type Row = Record<string, Scalar>;

/** All rows of a table in CSV, TSV, or a JSON array of flat objects. */
export function rowsOf(file: string): Row[] {
  const text = readFileSync(file, 'utf8');
  if (extname(file) === '.json') return JSON.parse(text);
  const [header = [], ...records] = fieldsOf(text, extname(file) === '.tsv' ? '\t' : ',');
  return records.map((cells) => Object.fromEntries(header.map((name, index) => [name, cells[index]])));
}

function fieldsOf(text: string, delimiter: string): string[][] {
  const records: string[][] = [];
  const field = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${delimiter}\\r\\n]*))(${delimiter}|\\r?\\n|$)`, 'y');
  let cells: string[] = [];
  while (field.lastIndex < text.length) {
    const [, quoted, bare = '', end] = field.exec(text) ?? [];
    if (end === undefined) throw new Error(`no CSV after ${JSON.stringify(text.slice(0, 60))}`);
    cells.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === delimiter) continue;
    records.push(cells);
    cells = [];
  }
  return records;
}

export function namesOf(rows: Row[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

export function present(rows: Row[], name: string): (string | number | boolean)[] {
  return rows
    .map((row) => row[name])
    .filter((cell) => cell !== null && cell !== undefined && String(cell).trim() !== '') as string[];
}

export function numberOf(cell: string | number | boolean): number {
  return Number(String(cell).replaceAll(',', ''));
}

/** A time as people write it, read as UTC, in ms since the epoch. */
export function timeOf(cell: string | number | boolean): number {
  const text = String(cell);
  if (/^\d{4}-\d\d-\d\d$/.test(text) || text.endsWith('Z')) return Date.parse(text);
  return Date.parse(text.includes('T') ? `${text}Z` : `${text} UTC`);
}

export function meanOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample, in two passes. */
export function stddevOf(values: number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** The value at the place `1 + (n - 1) p` of sorted values, counted from one, between neighbours in proportion. */
export function quantileOf(sorted: number[], p: number): number {
  const place = 1 + (sorted.length - 1) * p;
  const below = sorted[Math.floor(place) - 1] as number;
  const above = sorted[Math.min(Math.floor(place), sorted.length - 1)] as number;
  return below + (place % 1) * (above - below);
}

/** How often each value occurs: the lengths of the runs in the sorted values. */
export function countsOf(values: string[]): Map<string, number> {
  const sorted = values.toSorted();
  const lasts = [...sorted.keys()].filter((index) => sorted[index] !== sorted[index + 1]);
  return new Map(lasts.map((last, run) => [sorted[last] ?? '', last - (lasts[run - 1] ?? -1)]));
}
