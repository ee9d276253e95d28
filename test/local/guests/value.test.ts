import { describe, expect, it } from 'vitest';
import { dateOf, isoOf } from '../../../src/local/guests/date.ts';
import { understand } from '../../../src/local/guests/value.ts';

describe('a cell', () => {
  it.each([
    ['12', 12],
    [' -.5 ', -0.5],
    ['+1e3', 1000],
    ['00501', 501],
    ['1,141,887', 1_141_887],
    ['1,234.5', 1234.5],
    [7.25, 7.25],
  ])('%j is a number', (cell, value) => {
    expect(understand(cell)).toEqual({ kind: 'number', value });
  });

  it.each([
    '0,123',
    '12,34',
    '0x10',
    'Infinity',
    'NaN',
    '1e999',
    'NA',
    '1.2.3',
    '-',
    '2015-02-30',
    '01/02/2015',
  ])('%j is a text', (cell) => {
    expect(understand(cell)).toEqual({ kind: 'string' });
  });

  it.each([true, 'TRUE', 'false'])('%j is a boolean', (cell) => {
    expect(understand(cell)).toEqual({ kind: 'boolean' });
  });

  it.each([null, undefined, '', ' \t'])('%j is missing', (cell) => {
    expect(understand(cell)).toBeUndefined();
  });
});

describe('a date', () => {
  it.each([
    ['1970-01-01', '1970-01-01'],
    ['2001/1/9 00:47', '2001-01-09T00:47:00Z'],
    ['2010-01-01T01:00:00', '2010-01-01T01:00:00Z'],
    ['2000-01-01T08:00:00.250Z', '2000-01-01T08:00:00.250Z'],
    ['2024-03-01T00:30:00+01:00', '2024-02-29T23:30:00Z'],
    ['2024-02-29 22:00-0130', '2024-02-29T23:30:00Z'],
    ['Jun 12 1998', '1998-06-12'],
    ['September 3, 1999', '1999-09-03'],
  ])('written %s is %s', (text, iso) => {
    expect(isoOf(dateOf(text) ?? Number.NaN)).toBe(iso);
  });

  it.each([
    '2023-02-29',
    '2023-13-01',
    '2023-01-00',
    '0050-01-01',
    '2023-01-01T24:00',
    '2023-01-01T10:61',
    '2023-01/02',
    'Foo 1 2000',
    '2000',
  ])('is not seen in %s', (text) => {
    expect(dateOf(text)).toBeUndefined();
  });
});
