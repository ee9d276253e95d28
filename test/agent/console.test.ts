import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConsole } from '../../src/agent/console.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rouse-console-'));
  path = join(folder, 'console', 'profile.log');
});
afterEach(() => rm(folder, { recursive: true }));

async function print(text: string, limits = { files: 3, bytes: 10 }): Promise<string> {
  const console = openConsole(path, limits);
  console.stream.write(text);
  await console.close();
  return console.tail();
}

const kept = async () => (await readdir(join(folder, 'console'))).sort();

describe('the console of a guest program', () => {
  it('keeps no more than its number of files, none above its size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 20 }),
        async (files, bytes, texts) => {
          await rm(join(folder, 'console'), { recursive: true, force: true });
          for (const text of texts) await print(text, { files, bytes });
          const names = texts.join('') === '' ? [] : await kept();
          expect(names.length).toBeLessThanOrEqual(files);
          for (const name of names)
            expect((await stat(join(folder, 'console', name))).size).toBeLessThanOrEqual(bytes);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('holds the newest output, the older the higher the number', async () => {
    await print('aaaaaaaaaabbbbbbbbbbccccccccccdddd');
    expect(await kept()).toEqual(['profile.log', 'profile.log.1', 'profile.log.2']);
    expect(await readFile(path, 'utf8')).toBe('dddd');
    expect(await readFile(`${path}.1`, 'utf8')).toBe('cccccccccc');
    expect(await readFile(`${path}.2`, 'utf8')).toBe('bbbbbbbbbb');
  });

  it('goes on where the run before it ended', async () => {
    await print('one ');
    await print('two ');
    expect(await readFile(path, 'utf8')).toBe('one two ');
    await print('three');
    expect(await readFile(`${path}.1`, 'utf8')).toBe('one two th');
  });

  it('tells the last 2 kB', async () => {
    expect(await print(`${'x'.repeat(5000)}the end\n`)).toBe(`${'x'.repeat(2040)}the end`);
    expect(await print('short')).toBe('short');
  });

  it('takes all output and says what went wrong when nothing can be kept', async () => {
    await writeFile(join(folder, 'console'), 'a file where the folder should be');
    const console = openConsole(path, { files: 3, bytes: 10 });
    for (let part = 0; part < 100; part++) console.stream.write('x'.repeat(10_000));
    await expect(console.close()).rejects.toThrow(/EEXIST|ENOTDIR/);
    expect(console.tail()).toBe('x'.repeat(2048));
  });
});
