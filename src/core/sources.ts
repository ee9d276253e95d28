import * as z from 'zod/mini';
import { isAction } from './metadata.ts';
import { validate } from './validate.ts';

/** A source that the collector asks for its item on schedule: one entry of the JSON list in the setting SOURCES. */
export interface Source {
  /** Names its files and its memory; unique. */
  name: string;
  url: string;
  headers: Record<string, string>;
  action: string;
  priority: number;
  sizeBytesMax: number;
}

const sourceName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
const gibibyte = 1024 ** 3;

const schema = z.array(
  z.strictObject({
    name: z.string().check(z.regex(sourceName, 'must be 1 to 63 letters, digits, - and _')),
    url: z.string().check(z.url({ protocol: /^https?$/ })),
    headers: z._default(z.record(z.string(), z.string()), {}),
    action: z._default(
      z
        .string()
        .check(z.refine((text) => text === '' || isAction(text), 'must be 1 to 63 of a-z, 0-9 and -')),
      '',
    ),
    priority: z._default(z.number().check(z.int(), z.minimum(0), z.maximum(9)), 5),
    sizeBytesMax: z._default(z.number().check(z.positive()), gibibyte),
  }),
);

/**
 * Parses the setting SOURCES. `%NAME%` in a header's value stands for the setting of that name, so that no secret stands
 * in the list. Returns the sources, and what is wrong with the list: by position, never by value.
 */
export function parseSources(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): { sources: Source[]; problems: string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { sources: [], problems: ['SOURCES: is not JSON'] };
  }
  const parsed = validate(schema, json);
  if (!parsed.value)
    return { sources: [], problems: parsed.problems.map(({ where, what }) => `SOURCES[${where}]: ${what}`) };

  const problems: string[] = [];
  const filledIn = (text: string, index: number) =>
    text.replace(/%(\w+)%/g, (_, setting: string) => {
      if (!environment[setting]) problems.push(`${setting}: is missing (SOURCES[${index}] refers to it)`);
      return environment[setting] ?? '';
    });
  const sources = parsed.value.map((source, index) => {
    const headers = Object.entries(source.headers).map(([name, text]) => [name, filledIn(text, index)]);
    return { ...source, headers: Object.fromEntries(headers) };
  });
  const names = sources.map((source) => source.name.toLowerCase());
  if (new Set(names).size < names.length) problems.push('SOURCES: two sources have the same name');
  return { sources, problems };
}
