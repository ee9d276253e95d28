import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { AppError } from '../../core/errors.ts';
import type { Column } from './column.ts';
import type { Table } from './table.ts';

/** An unclosed quote would otherwise gather the rest of the file in memory. */
const recordLengthMax = 1024 * 1024;

/**
 * Reads delimited text with a header line into a table, record by record. Quoting as in RFC 4180, but a quote inside a
 * bare field is a plain character. Blank lines are no rows; a column without a name is called by its number.
 * Throws `bad_input` with the line for text that is not such a table, as when a row has more or fewer cells.
 */
export async function readCsv(file: string, delimiter: string, table: Table): Promise<void> {
  const parser = parse({
    delimiter,
    bom: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: recordLengthMax,
  });
  try {
    await pipeline(createReadStream(file), parser, recordsInto(table));
  } catch (error) {
    if (error instanceof CsvError) throw new AppError('bad_input', error.message, { cause: error });
    throw error;
  }
}

/** Takes the parser's records, the header first. A stream of objects takes less memory than iterating over them. */
function recordsInto(table: Table): Writable {
  let columns: Column[] | undefined;
  return new Writable({
    objectMode: true,
    write(cells: string[], _encoding, done) {
      if (columns) {
        addRow(table, columns, cells);
        return done();
      }
      try {
        columns = cells.map((name, index) => table.newColumn(name.trim() || `column ${index + 1}`));
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}

function addRow(table: Table, columns: readonly Column[], cells: readonly string[]): void {
  table.rows += 1;
  for (const [index, column] of columns.entries()) column.add(cells[index]);
}
