import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pickDatasets } from '../../../src/local/datasets.ts';
import { profileFile } from '../../../src/local/guests/profile-file.ts';
import type { ColumnProfile, Histogram, TableProfile } from '../../../src/local/guests/table-profile.ts';
import { bundle, run } from './guest-program.ts';
import * as reference from './reference.ts';
import { useTempFolder } from './temp-folder.ts';

const datasets = pickDatasets();

/** The largest has 42,000 rows, and the machine may be busy. */
const timeout = 60_000;

describe.each(datasets)('the profile of $name', { timeout }, ({ name, file, bytes }) => {
  let profile: TableProfile;

  beforeAll(async () => {
    profile = await profileFile(file);
  });

  it('has the figures that another computation gives', () => {
    const rows = reference.rowsOf(file);
    expect(profile).toMatchObject({ source: basename(file), bytes, rows: rows.length });
    expect(profile.columns.map((column) => column.name)).toEqual(reference.namesOf(rows));
    for (const column of profile.columns) checkColumn(column, rows);
  });

  it('has the column types that the publisher names', () => {
    const types = new Map(profile.columns.map((column) => [column.name, column.type]));
    const published = Object.entries(publishedTypes(file)).filter(([field]) => !isKnownToDiffer(name, field));
    expect(published.map(([field]) => [field, types.get(field)])).toEqual(published);
  });
});

function checkColumn(column: ColumnProfile, rows: reference.Row[]): void {
  const cells = reference.present(rows, column.name);
  const isNumber = column.type === 'number';
  const values = cells.map((cell) => (isNumber ? String(reference.numberOf(cell)) : String(cell).trim()));
  const counts = reference.countsOf(values);
  const frequent = [...counts.values()].sort((a, b) => b - a).slice(0, 10);

  expect(column, column.name).toMatchObject({
    count: cells.length,
    missing: rows.length - cells.length,
    distinct: Math.min(counts.size, 10_000),
    distinctExact: counts.size <= 10_000,
  });
  for (const { value, count } of column.top) expect(count, value).toBe(counts.get(value));
  if (column.distinctExact) expect(column.top.map(({ count }) => count)).toEqual(frequent);
  if (isNumber) checkNumbers(column, cells.map(reference.numberOf));
  else if (column.type === 'date') checkDates(column, cells.map(reference.timeOf));
  else expect(column).toMatchObject({ min: null, mean: null, quantiles: null, histogram: null });
}

function checkNumbers(column: ColumnProfile, numbers: number[]): void {
  const sorted = numbers.toSorted((a, b) => a - b);
  expect(sorted.every(Number.isFinite)).toBe(true);
  expect(column).toMatchObject({ min: sorted[0], max: sorted.at(-1), sampled: numbers.length });
  expectNear(column.mean, reference.meanOf(numbers));
  if (numbers.length > 1) expectNear(column.stddev, reference.stddevOf(numbers));
  for (const [name, value] of Object.entries(column.quantiles ?? {})) {
    expectNear(value, reference.quantileOf(sorted, Number(name.slice(1)) / 100));
  }
  const { from, to, counts } = column.histogram as Histogram & { from: number; to: number };
  if (from === to) {
    expect(counts).toEqual([numbers.length]);
    return;
  }
  const edge = (index: number) => Number((from + (index * (to - from)) / counts.length).toPrecision(12));
  expect(counts).toEqual(
    counts.map(
      (_, index) => numbers.filter((value) => value >= edge(index) && value < edge(index + 1)).length,
    ),
  );
}

function checkDates(column: ColumnProfile, times: number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const [first = 0, last = 0] = [sorted[0], sorted.at(-1)];
  expect([column.min, column.max].map((end) => Date.parse(`${end}`))).toEqual([first, last]);
  const { from, to, counts } = column.histogram as Histogram;
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(times.length);
  expect(Date.parse(`${from}`)).toBeLessThanOrEqual(first);
  expect(Date.parse(`${to}`)).toBeGreaterThan(last);
}

/** To ten digits: sums in another order differ in the last ones. */
function expectNear(actual: number | null, expected: number): void {
  expect(Math.abs((actual ?? Number.NaN) - expected)).toBeLessThanOrEqual(
    1e-10 * Math.max(1, Math.abs(expected)),
  );
}

/** From the Data Package descriptor that comes with the data sets. */
function publishedTypes(file: string): Record<string, string> {
  const descriptor = JSON.parse(readFileSync(join(file, '../../datapackage.json'), 'utf8'));
  const resource = descriptor.resources.find(({ path }: { path: string }) => path === basename(file));
  const ours: Record<string, string> = { integer: 'number', datetime: 'date' };
  return Object.fromEntries(
    resource.schema.fields.map((field: { name: string; type: string }) => [
      field.name,
      ours[field.type] ?? field.type,
    ]),
  );
}

/** Where we read more, or less, out of a column than the publisher does. */
function isKnownToDiffer(dataset: string, column: string): boolean {
  return (
    // Numbers written as "1,234".
    (dataset === 'budget.json' && /^\d{4}$|^TQ$/.test(column)) ||
    // Times written as 2015/01/01 01:00:00.
    (dataset === 'github.csv' && column === 'time') ||
    // Some titles are numbers in JSON.
    (dataset === 'movies.json' && column === 'Title') ||
    // 01/02/2015.
    (dataset === 'political-contributions.json' && column === 'Coverage_End_Date')
  );
}

describe('the guest program profile', { timeout }, () => {
  const folder = useTempFolder();
  const seen = (name: string) => datasets.find((dataset) => dataset.name === name)?.file ?? '';
  let program: string;

  beforeAll(async () => {
    program = await bundle('profile', folder.path());
  });

  it.each([
    ['cars.json', 406],
    ['movies.json', 3201],
    ['seattle-weather.csv', 1461],
    ['unemployment.tsv', 3218],
  ])('writes the profile of %s, of %i rows, as JSON', async (name, rows) => {
    const output = join(folder.path(), `${name}.out`);
    expect(await run(program, seen(name), output)).toEqual({ code: 0, stderr: '' });
    const profile = JSON.parse(await readFile(output, 'utf8'));
    expect(profile.rows).toBe(rows);
    expect(profile).toEqual(JSON.parse(JSON.stringify(await profileFile(seen(name)))));
  });

  it('makes an empty file a table without rows and columns', async () => {
    const output = join(folder.path(), 'empty.out');
    expect(await run(program, await folder.write('empty.csv', ''), output)).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(await readFile(output, 'utf8'))).toEqual({
      source: 'empty.csv',
      rows: 0,
      bytes: 0,
      columns: [],
    });
  });

  it.each([
    ['broken.json', '{"a": [1, 2', /^profile: broken\.json: not JSON: [^\n]+\n$/],
    ['ragged.csv', 'a,b\n1,2\n3\n', /^profile: ragged\.csv: [^\n]*line 3\n$/],
    ['unclosed.csv', 'a,b\n1,"2\n3,4\n', /^profile: unclosed\.csv: [^\n]*line 3\n$/],
    [
      'picture.png',
      Buffer.from([137, 80, 78, 71, 0, 0, 0, 13]),
      /^profile: picture\.png: not a text file[^\n]*\n$/,
    ],
  ])('refuses %s with one line that names it', async (name, content, line) => {
    const { code, stderr } = await run(
      program,
      await folder.write(name, content),
      join(folder.path(), 'none'),
    );
    expect(stderr).toMatch(line);
    expect(code).toBe(1);
  });

  it('names a file that is not there', async () => {
    const { code, stderr } = await run(
      program,
      join(folder.path(), 'nowhere.csv'),
      join(folder.path(), 'none'),
    );
    expect(stderr).toMatch(/^profile: nowhere\.csv: ENOENT[^\n]*\n$/);
    expect(code).toBe(1);
  });

  it('says how it is called', async () => {
    expect(await run(program)).toEqual({ code: 2, stderr: 'usage: profile INPUT OUTPUT\n' });
  });
});
