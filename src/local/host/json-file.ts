import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type * as z from 'zod/mini';
import { validate } from '../../core/validate.ts';

/** Reads a JSON file of this form. Throws one error that names the file and every problem with it. */
export async function readJsonFile<S extends z.ZodMiniType>(file: string, schema: S): Promise<z.output<S>> {
  const name = basename(file);
  const { value, problems } = validate(schema, parseJson(await readFile(file, 'utf8'), name));
  if (problems === undefined) return value;
  throw new Error(problems.map(({ where, what }) => `${name}: ${where}: ${what}`).join('\n'));
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${name} is not JSON`, { cause });
  }
}
