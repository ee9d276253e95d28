import fc from 'fast-check';
import { anyJson, anyText, nested } from '../property/any.ts';
import type { Chance } from './chance.ts';

/** Odd material, drawn once from the arbitraries of the property tests: to draw each anew would be most of the work. */
export interface Odd {
  text(): string;
  json(): unknown;
  /** A text that may stand in a header, as Node's client lets it through. */
  headerText(): string;
  /** A body with what it is; none of them is a JSON object with a name of a VM. */
  body(): { kind: string; bytes: Buffer };
  hex(length: number): string;
}

const texts = 600;

export function oddOf(chance: Chance, seed: number): Odd {
  const drawn = {
    texts: fc.sample(anyText, { seed, numRuns: texts }),
    json: fc.sample(anyJson, { seed, numRuns: texts }),
    nested: fc.sample(nested, { seed, numRuns: 40 }),
  };
  const headers = drawn.texts.map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 8000));
  const huge = Buffer.alloc(2 * 1024 * 1024, 'x');
  const hugeJson = Buffer.from(JSON.stringify({ error: 'e'.repeat(2 * 1024 * 1024) }));
  const deep = Buffer.from('['.repeat(200_000));
  const wide = Buffer.from(
    JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`name${index}`, index]))),
  );

  const text = () => chance.pick(drawn.texts);
  const json = () => chance.pick(drawn.json);
  const as = (kind: string, bytes: Buffer | string) => ({ kind, bytes: Buffer.from(bytes) });
  return {
    text,
    json,
    headerText: () => chance.pick(headers),
    hex: (length) =>
      chance
        .bytes(Math.ceil(length / 2))
        .toString('hex')
        .slice(0, length),
    body: () =>
      chance.weighed([
        [20, () => as('no JSON', `{"vmName":`)],
        [15, () => as('odd text', text())],
        [15, () => as('no object', JSON.stringify([json()]))],
        [15, () => as('nested', `[${chance.pick(drawn.nested)}`)],
        [15, () => as('binary', chance.bytes(chance.whole(1, 2000)))],
        [5, () => as('with a mark of its encoding', `\ufeff{"vmName"}`)],
        [5, () => as('in UTF-16', Buffer.from('{"vmName":"vm01"}', 'utf16le'))],
        [5, () => as('form', 'vmName=vm01&fileName=a.json')],
        [4, () => ({ kind: 'many names', bytes: wide })],
        [1, () => ({ kind: 'deep', bytes: deep })],
        [0.5, () => ({ kind: 'huge', bytes: huge })],
        [0.5, () => ({ kind: 'huge JSON', bytes: hugeJson })],
      ]),
  };
}
