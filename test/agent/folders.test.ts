import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clearFolders, closeFolder, openFolder } from '../../src/agent/folders.ts';
import { claimOf } from './scripted-world.ts';

let base: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'rouse-folders-'));
});
afterEach(() => rm(base, { recursive: true }));

describe('the folder of a run', () => {
  it('is fresh, also when there was one', async () => {
    const first = await openFolder(base, claimOf(), '.json');
    await writeFile(first.output, 'old');
    const folder = await openFolder(base, claimOf(), '.json');
    expect(folder).toEqual({
      path: join(base, 'f00.1'),
      input: join(base, 'f00.1', 'in', 'cars.csv'),
      output: join(base, 'f00.1', 'out', 'output.json'),
    });
    expect(await readdir(join(folder.path, 'out'))).toEqual([]);
  });

  it('is removed with what is in it, and twice does no harm', async () => {
    const { path, input } = await openFolder(base, claimOf({ attempt: 3 }), '');
    await writeFile(input, 'x');
    await closeFolder(base, claimOf({ attempt: 3 }));
    await closeFolder(base, claimOf({ attempt: 3 }));
    expect(existsSync(path)).toBe(false);
  });
});

describe('clearFolders', () => {
  it('makes the work folder, and removes nothing but what runs left behind', async () => {
    const work = join(base, 'new', 'work');
    await clearFolders(work);
    await openFolder(work, claimOf(), '');
    await openFolder(work, claimOf({ jobId: 'e00', attempt: 12 }), '');
    await mkdir(join(work, 'console'));
    await mkdir(join(work, 'held'));
    await writeFile(join(work, 'notes.txt'), '');
    await clearFolders(work);
    expect((await readdir(work)).sort()).toEqual(['console', 'held', 'notes.txt']);
  });
});
