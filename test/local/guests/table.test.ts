import { describe, expect, it } from 'vitest';
import { profileFile } from '../../../src/local/guests/profile-file.ts';
import type { TableProfile } from '../../../src/local/guests/table-profile.ts';
import { useTempFolder } from './temp-folder.ts';

const folder = useTempFolder();

async function profileOf(name: string, content: string | Buffer): Promise<TableProfile> {
  return await profileFile(await folder.write(name, content));
}

/** Name, type and number of values of each column. */
function columnsOf({ columns }: TableProfile): [string, string, number][] {
  return columns.map(({ name, type, count }) => [name, type, count]);
}

describe('delimited text', () => {
  it.each([
    ['a.csv', 'n,t\n1,x\n2,y\n'],
    ['bom.csv', '\uFEFF"n",t\r\n1,x\r\n2,y'],
    ['semicolons.csv', 'n;t\n1;"x, ""z"""\n2;y\n'],
    ['a.tsv', 'n\tt\n1\tx, z\n2\ty\n'],
    ['without-extension', 'n|t\n1|x\n2|y\n'],
    ['blank-lines.csv', '\nn,t\n1,x\n\n2,y\n\n'],
    ['quotes-inside.csv', 'n,t\n1,5" pipe\n2,y\n'],
  ])('is read in the form of %s', async (name, content) => {
    const profile = await profileOf(name, content);
    expect(profile.rows).toBe(2);
    expect(columnsOf(profile)).toEqual([
      ['n', 'number', 2],
      ['t', 'string', 2],
    ]);
  });

  it('gives every column a name of its own', async () => {
    const profile = await profileOf('names.csv', 'a,,a,__proto__,a\n1,2,3,4,5\n');
    expect(profile.columns.map(({ name }) => name)).toEqual(['a', 'column 2', 'a (2)', '__proto__', 'a (3)']);
  });

  it('counts blank cells as missing', async () => {
    const { columns } = await profileOf('missing.csv', 'a,b,c\n1,,\n, ,x\n');
    expect(columns).toMatchObject([
      { count: 1, missing: 1, type: 'number', stddev: null },
      { count: 0, missing: 2, type: 'empty', min: null, top: [] },
      { count: 1, missing: 1, type: 'string' },
    ]);
  });

  it('holds numbers, dates or booleans only where all cells of the column do', async () => {
    const profile = await profileOf(
      'kinds.csv',
      'code,when,flag\n0E8,2001-01-01,TRUE\n0E9,soon,false\n00A,,true\n',
    );
    expect(profile.columns).toMatchObject([
      { type: 'string', distinct: 3, mean: null },
      { type: 'string', distinct: 2, histogram: null },
      {
        type: 'boolean',
        distinct: 2,
        top: [
          { value: 'true', count: 2 },
          { value: 'false', count: 1 },
        ],
      },
    ]);
  });

  it('counts numbers by value, however they are spelled', async () => {
    const profile = await profileOf('spelled.csv', 'n\n1.50\n1.5\n"1,000"\n1e3\n');
    expect(profile.columns[0]).toMatchObject({
      distinct: 2,
      top: [
        { value: '1.5', count: 2 },
        { value: '1000', count: 2 },
      ],
    });
  });

  it('is told apart up to ten thousand different values, which is then marked', async () => {
    const cells = Array.from({ length: 10_001 }, (_, index) => `v${index}`);
    const profile = await profileOf('many.csv', ['v', ...cells, 'v10000', 'v7'].join('\n'));
    expect(profile.columns[0]).toMatchObject({ count: 10_003, distinct: 10_000, distinctExact: false });
    expect(profile.columns[0]?.top[0]).toEqual({ value: 'v7', count: 2 });
  });

  it('has its middle and histogram drawn from a sample, which is marked, and all else from every row', async () => {
    const count = 150_000;
    const profile = await profileOf('long.csv', ['v', ...Array(count).keys()].join('\n'));
    expect(profile.columns[0]).toMatchObject({
      count,
      min: 0,
      max: count - 1,
      mean: (count - 1) / 2,
      sampled: 100_000,
    });
    expect(profile.columns[0]?.quantiles?.p50).toBeGreaterThan(count * 0.49);
    expect(profile.columns[0]?.quantiles?.p50).toBeLessThan(count * 0.51);
  });

  it('keeps the digits of numbers that lie close together far from zero', async () => {
    const cells = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16];
    const profile = await profileOf('far.csv', ['v', ...cells].join('\n'));
    expect(profile.columns[0]?.mean).toBe(1e9 + 10);
    expect(profile.columns[0]?.stddev).toBeCloseTo(Math.sqrt(30), 12);
  });

  it('is refused with more than a thousand columns, and where a quote is never closed', async () => {
    const wide = Array.from({ length: 1001 }, (_, index) => `c${index}`).join(',');
    await expect(profileOf('wide.csv', wide)).rejects.toThrow('more than 1000 columns');
    const endless = `a\n"${'x'.repeat(2_000_000)}`;
    await expect(profileOf('endless.csv', endless)).rejects.toThrow('Max Record Size');
  });
});

describe('JSON', () => {
  it.each<[string, unknown, number, [string, string, number][]]>([
    [
      'objects with other keys',
      [{ a: 1 }, { b: 'x' }],
      2,
      [
        ['a', 'number', 1],
        ['b', 'string', 1],
      ],
    ],
    [
      'nested objects',
      [{ a: { low: 1, high: { of: 'day' } } }],
      1,
      [
        ['a.low', 'number', 1],
        ['a.high.of', 'string', 1],
      ],
    ],
    [
      'arrays of cells',
      [[1, 'x'], [2]],
      2,
      [
        ['[0]', 'number', 2],
        ['[1]', 'string', 1],
      ],
    ],
    ['scalars', [1, null, 2], 3, [['value', 'number', 2]]],
    [
      'an object that holds a table',
      { type: 'x', few: [{ a: 1 }], many: [{ b: 1 }, { b: 2 }] },
      2,
      [['b', 'number', 2]],
    ],
    ['an object that holds a list', { size: [2, 1], values: [1, 2, 3] }, 3, [['value', 'number', 3]]],
    [
      'any other object',
      { a: 1, arcs: [[1, 2]] },
      1,
      [
        ['a', 'number', 1],
        ['arcs', 'string', 1],
      ],
    ],
    ['a scalar', true, 1, [['value', 'boolean', 1]]],
    ['nothing', [], 0, []],
    ['numbers among texts', [{ a: 300 }, { a: 'Alien' }], 2, [['a', 'mixed', 2]]],
    ['numbers in texts', [{ a: '1565' }, { a: 1570 }], 2, [['a', 'number', 2]]],
    [
      'a key that is no name for an object',
      JSON.parse('[{"__proto__": 1, "": 2}]'),
      1,
      [
        ['__proto__', 'number', 1],
        ['', 'number', 1],
      ],
    ],
  ])('is read as a table: %s', async (title, value, rows, columns) => {
    const profile = await profileOf(`${title}.json`, JSON.stringify(value));
    expect(profile.rows).toBe(rows);
    expect(columnsOf(profile)).toEqual(columns);
  });

  it('is known by its first character where the extension is another one', async () => {
    expect((await profileOf('features.geojson', '\uFEFF \n{"features":[{"id":1},{"id":2}]}')).rows).toBe(2);
  });

  it('may be empty', async () => {
    expect(await profileOf('blank.json', ' \n')).toMatchObject({ rows: 0, columns: [] });
  });

  it('writes arrays in cells as JSON, cut where they are long', async () => {
    const profile = await profileOf(
      'arcs.json',
      JSON.stringify([{ a: [1, [2]] }, { a: Array(500).fill(7) }]),
    );
    expect(profile.columns[0]?.top[0]?.value).toBe('[1,[2]]');
    expect(profile.columns[0]?.top[1]?.value).toHaveLength(201);
  });
});
