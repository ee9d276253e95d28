import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { readCsv } from './csv.ts';
import { formatOf } from './format.ts';
import { readJson } from './json.ts';
import { Table } from './table.ts';
import type { TableProfile } from './table-profile.ts';

/** Profiles a CSV, TSV or JSON file; an empty one is a table of no rows and no columns. Throws `bad_input`. */
export async function profileFile(file: string): Promise<TableProfile> {
  const { size } = await stat(file);
  const format = await formatOf(file);
  const table = new Table();
  if (format.kind === 'json') await readJson(file, table);
  else await readCsv(file, format.delimiter, table);
  return { source: basename(file), rows: table.rows, bytes: size, columns: table.profile() };
}
