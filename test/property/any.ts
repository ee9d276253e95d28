import fc from 'fast-check';

/** What the property tests throw at the system. Each is weighted towards what has harmed programs before. */

/** Texts that mean something to JavaScript, to JSON, to URLs, to file systems or to a terminal. */
const notorious = fc.constantFrom(
  '',
  ' ',
  '0',
  '-1',
  '1.5',
  '1e308',
  '1e400',
  'NaN',
  'null',
  'true',
  '[]',
  '{}',
  '__proto__',
  'constructor',
  'toString',
  '.',
  '..',
  '/',
  '\\',
  'a/../b',
  '%2e%2e/%00',
  '%zz',
  '?code=x#y',
  '\0',
  '\u0007',
  '\u001b[2J',
  '\r\n',
  '\ufeff{}',
  '\ufffe',
  '\ud83d',
  '\udc00x',
  '😀',
  "it's",
  '"',
  'ü'.repeat(600),
  'x'.repeat(40_000),
);

/** Any sequence of UTF-16 units, halves of characters among them. */
const units = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 20 });

/** A text of any kind. */
export const anyText = fc.oneof(
  notorious,
  units,
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary-ascii', maxLength: 30 }),
);

/** A number in any notation that a hand may write, or that JSON can hold. */
export const anyNumber = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, -1, 1.5, 1e21, 1e308, -1e308, Number.MAX_SAFE_INTEGER, 2 ** 53, 253_402_300_800_000),
);

/** Any value that JSON can hold. */
export const anyJson = fc.oneof(
  fc.jsonValue({ stringUnit: 'binary' }),
  anyText,
  anyNumber.map((number) => (Number.isFinite(number) ? number : null)),
);

/** As many times inside another as the functions' library passes on; it fails on more, and the host keeps the message. */
export const nested = fc
  .tuple(fc.nat(2000), fc.constantFrom(['[', ']'], ['{"vmName":', '}'], ['{"a":[', ']}']))
  .map(([depth, [open = '', close = '']]) => `${open.repeat(depth)}1${close.repeat(depth)}`);

/** A name with each of its letters in either case. */
export const inAnyCase = (name: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((upper) =>
      [...name].map((letter, index) => (upper[index] ? letter.toUpperCase() : letter)).join(''),
    );

/** An object with its property names in any case of letters, in any order. */
export function inOtherNames<T extends object>(value: T): fc.Arbitrary<Record<string, unknown>> {
  const pairs = Object.entries(value).map(([name, item]) =>
    inAnyCase(name).map((other): [string, unknown] => [other, item]),
  );
  return fc
    .tuple(...pairs)
    .chain((given) => fc.shuffledSubarray(given, { minLength: given.length }))
    .map((given) => Object.fromEntries(given));
}

/** Halves of characters: no encoding of the wire carries them. */
export const halfCharacter = /\p{Surrogate}/u;
