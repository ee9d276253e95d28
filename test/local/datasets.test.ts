import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pickDatasets, readFolder } from '../../src/local/datasets.ts';

const namesOf = (datasets: { name: string }[]) => datasets.map(({ name }) => name);

describe('the picked data sets', () => {
  it('are forty tables of all three formats below 3 MB, the same each time', () => {
    const datasets = pickDatasets();
    expect(datasets).toHaveLength(40);
    expect(namesOf(datasets)).toEqual(
      expect.arrayContaining(['cars.json', 'seattle-weather.csv', 'unemployment.tsv']),
    );
    expect(Math.max(...datasets.map(({ bytes }) => bytes))).toBeLessThanOrEqual(3_000_000);
    expect(pickDatasets()).toEqual(datasets);
  });

  it('leave out what is no table, as pictures and maps', () => {
    expect(namesOf(pickDatasets(50)).filter((name) => !/\.(csv|tsv|json)$/.test(name))).toEqual([]);
    expect(namesOf(pickDatasets(58))).not.toContain('us-10m.json');
  });

  it.each([0, 1, 7, 57, 58, 59, 116, 200])(
    'are %i with names of their own, if so many are asked for',
    (count) => {
      const names = namesOf(pickDatasets(count));
      expect(names).toHaveLength(count);
      expect(new Set(names).size).toBe(count);
    },
  );

  it('come again under other names with the same content beyond their number', () => {
    const datasets = pickDatasets(200);
    const [cars, again] = ['cars.json', 'cars-2.json'].map((name) =>
      datasets.find((each) => each.name === name),
    );
    expect(again).toEqual({ ...cars, name: 'cars-2.json' });
    expect(cars?.bytes).toBe(100_492);
  });

  it('may be larger, or none', () => {
    expect(Math.max(...pickDatasets(59, 1e9).map(({ bytes }) => bytes))).toBe(9_863_892);
    expect(pickDatasets(5, 1)).toEqual([]);
  });
});

describe('a folder of files', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rouse-datasets-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('gives files of any type, in its sub-folders too, ordered by name', async () => {
    await mkdir(join(folder, 'Sub', 'deep'), { recursive: true });
    await writeFile(join(folder, 'b.png'), 'picture');
    await writeFile(join(folder, 'Sub', 'deep', 'ä #1.csv'), '');
    await writeFile(join(folder, 'Z'), 'z');
    expect(readFolder(folder)).toEqual([
      { name: 'Sub/deep/ä #1.csv', file: join(folder, 'Sub', 'deep', 'ä #1.csv'), bytes: 0 },
      { name: 'Z', file: join(folder, 'Z'), bytes: 1 },
      { name: 'b.png', file: join(folder, 'b.png'), bytes: 7 },
    ]);
  });

  it('leaves out what begins with a dot, and what lies in such a folder', async () => {
    await mkdir(join(folder, '.git'));
    await writeFile(join(folder, '.git', 'config'), '');
    await writeFile(join(folder, '.hidden'), '');
    await writeFile(join(folder, 'a.b'), '');
    expect(namesOf(readFolder(folder))).toEqual(['a.b']);
  });

  it.skipIf(process.platform === 'win32')('follows links to files, not to folders', async () => {
    await mkdir(join(folder, 'sub'));
    await writeFile(join(folder, 'sub', 'a'), 'content');
    await symlink(join(folder, 'sub', 'a'), join(folder, 'link'));
    await symlink(folder, join(folder, 'sub', 'round'));
    expect(readFolder(folder)).toEqual([
      { name: 'link', file: join(folder, 'link'), bytes: 7 },
      { name: 'sub/a', file: join(folder, 'sub', 'a'), bytes: 7 },
    ]);
  });

  it('is an error where there is none', () => {
    expect(() => readFolder(join(folder, 'nowhere'))).toThrow(/ENOENT/);
  });
});
