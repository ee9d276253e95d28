import { basename, join, posix, win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeName } from '../../src/agent/safe-name.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('.', '/', '\\', ' ', 'a', ':', 'é', '漢', '😀', '\0', '-'),
    maxLength: 300,
  }),
  fc
    .tuple(
      fc.constantFrom('con', 'NUL', 'Com1', 'lpt¹', '..', '.'),
      fc.constantFrom('', '.', '.csv', '.a.b', ' '),
    )
    .map((parts) => parts.join('')),
);

describe('safeName', () => {
  it('never leaves the folder, nor means anything to a shell, Windows or a terminal', () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const safe = safeName(name);
        expect(safe).toMatch(/^[\p{L}\p{M}\p{N}._-]+$/u);
        expect(safe).not.toMatch(/\.$/);
        expect(safe).not.toMatch(/^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(\.|$)/i);
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(100);
        expect(basename(join('/somewhere/in', safe))).toBe(safe);
        expect(posix.dirname(posix.join('/somewhere/in', safe))).toBe('/somewhere/in');
        expect(win32.dirname(win32.join('C:\\work\\in', safe))).toBe('C:\\work\\in');
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['cars.json', 'cars.json'],
    ['2024/05/Übersicht.csv', 'Übersicht.csv'],
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\boot.ini', 'boot.ini'],
    ['a b%20"c".csv', 'a_b_20_c_.csv'],
    ['aux.csv', '_aux.csv'],
    ['con', '_con'],
    ['data...', 'data'],
    ['folder/', '_'],
    ['..', '_'],
    ['a:stream', 'a_stream'],
  ])('makes %j into %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  it('keeps the extension of a long name', () => {
    expect(safeName(`${'x'.repeat(1000)}.csv`)).toBe(`${'x'.repeat(96)}.csv`);
    expect(safeName(`${'漢'.repeat(300)}.csv`)).toBe(`${'漢'.repeat(32)}.csv`);
  });
});
