import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../../core/errors.ts';
import type { Table } from './table.ts';
import type { Cell } from './value.ts';

/** JSON is parsed as a whole and takes several times its size in memory. */
const jsonBytesMax = 256 * 1024 * 1024;

type JsonObject = { [name: string]: unknown };

/**
 * Reads JSON into a table:
 * - an array: one row an element. Objects give columns, nested ones `outer.inner`; the elements of inner arrays
 *   `[0]`, `[1]`, …; scalars the column `value`.
 * - an object that holds arrays: the longest array of objects in it, else the longest array of scalars
 *   (GeoJSON's `features`, a grid's `values`).
 * - anything else: a table of one row.
 * Arrays inside a row are texts of JSON. Throws `bad_input` for what is not JSON.
 */
export async function readJson(file: string, table: Table): Promise<void> {
  if ((await stat(file)).size > jsonBytesMax)
    throw new AppError('bad_input', `JSON above ${jsonBytesMax} bytes`);
  for (const row of rowsOf(parse(await readFile(file, 'utf8')))) {
    table.rows += 1;
    if (Array.isArray(row))
      for (const [index, item] of row.entries()) table.column(`[${index}]`).add(cellOf(item));
    else if (isObject(row)) addObject(table, row, '');
    else table.column('value').add(cellOf(row));
  }
}

function parse(text: string): unknown {
  const bare = text.replace(/^\uFEFF/, '');
  if (bare.trim() === '') return [];
  try {
    return JSON.parse(bare);
  } catch (error) {
    throw new AppError('bad_input', `not JSON: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

function rowsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return [value];
  const arrays = Object.values(value).filter((item) => Array.isArray(item) && item.length > 0) as unknown[][];
  const byLength = arrays.sort((a, b) => b.length - a.length);
  const tables = byLength.filter((rows) => isObject(rows[0]));
  const lists = byLength.filter((rows) => typeof rows[0] !== 'object');
  return tables[0] ?? lists[0] ?? [value];
}

function addObject(table: Table, object: JsonObject, prefix: string): void {
  for (const [name, value] of Object.entries(object)) {
    if (isObject(value)) addObject(table, value, `${prefix}${name}.`);
    else table.column(prefix + name).add(cellOf(value));
  }
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return value as Cell;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
