import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { AppError } from '../../core/errors.ts';

/** How a file is to be read; `delimiter` is set for delimited text. */
export type Format = { kind: 'json' } | { kind: 'delimited'; delimiter: string };

const headBytes = 64 * 1024;
const delimiters = [',', '\t', ';', '|'];

/**
 * Tells a file's format: JSON and TSV by extension, else by the first characters; of delimited text by the delimiter
 * that is most frequent in the first line, since `.csv` is written with semicolons in half the world.
 * Throws `bad_input` for what is not text in UTF-8.
 */
export async function formatOf(file: string): Promise<Format> {
  const text = await headOf(file);
  const extension = extname(file).toLowerCase();
  if (text.includes('\0')) throw new AppError('bad_input', 'not a text file in UTF-8');
  if (extension === '.json') return { kind: 'json' };
  if (extension === '.tsv') return { kind: 'delimited', delimiter: '\t' };
  if (extension !== '.csv' && /^\s*[[{]/.test(text)) return { kind: 'json' };
  const firstLine = text.trimStart().split(/\r?\n/, 1)[0] ?? '';
  const [delimiter = ','] = delimiters.toSorted((a, b) => countOf(firstLine, b) - countOf(firstLine, a));
  return { kind: 'delimited', delimiter };
}

async function headOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '');
  } finally {
    await handle.close();
  }
}

function countOf(line: string, delimiter: string): number {
  return line.split(delimiter).length;
}
