import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestWorld, type TestWorld, until } from './box.ts';

const copy = fileURLToPath(new URL('copy.mjs', import.meta.url));
const megabyte = 1024 ** 2;

let world: TestWorld;
beforeAll(async () => {
  world = await openTestWorld({ program: `"${process.execPath}" "${copy}" {input} {output}` });
});
afterAll(() => world?.close());

const resultOf = async (fileName: string) =>
  (await world.results()).filter((row) => row.FileName === fileName);

describe('a file goes through every step', () => {
  const names = [
    'plain.txt',
    'with spaces and  two.txt',
    'Grüße, 世界, 👩‍🚀.txt',
    'hash#question?percent%20%.txt',
    `quotes'and"doubles.txt`,
    'a/folder/with.dots/..hidden.txt',
    'plus+and&and=;:@,$!*()[]{}|^~`<>.txt',
    `${'long-'.repeat(199)}.txt`,
  ];

  it('whatever its name is', { timeout: 90_000 }, async () => {
    for (const name of names) await world.put(name, `content of ${name}`);
    await until('all have results', async () => (await world.results()).length >= names.length);
    for (const name of names) {
      const [row, ...more] = await resultOf(name);
      expect(more, name).toEqual([]);
      expect(await world.result(String(row?.ResultName)), name).toBe(`content of ${name}`);
    }
    await until('data is empty', async () => (await world.inData()).length === 0);
    await until('all VMs are off', world.isAsleep);
  });

  it('empty as it may be', async () => {
    await world.put('empty.txt', '');
    await until('it has a result', async () => (await resultOf('empty.txt')).length === 1);
    const [row] = await resultOf('empty.txt');
    expect(await world.result(String(row?.ResultName))).toBe('');
  });

  it('with 200 MB, and the function app does not grow with it', { timeout: 120_000 }, async () => {
    const block = randomBytes(megabyte);
    const content = Readable.from(
      (function* () {
        for (let sent = 0; sent < 200; sent++) yield block;
      })(),
    );
    const before = residentBytes(world.host.child.pid);
    await world.put('large.bin', content);
    let largest = 0;
    await until(
      'it has a result',
      async () => {
        largest = Math.max(largest, residentBytes(world.host.child.pid));
        return (await resultOf('large.bin')).length === 1;
      },
      100_000,
    );
    const [row] = await resultOf('large.bin');
    const { contentLength } = await world.connection.results
      .getBlobClient(String(row?.ResultName))
      .getProperties();
    expect(contentLength).toBe(200 * megabyte);
    // Far from the file's size; what is left is the noise of a garbage collector.
    expect(largest - before).toBeLessThan(60 * megabyte);
  });
});

describe('the same name uploaded again while the first is in work', () => {
  const states = async (fileName: string) =>
    (await world.jobs())
      .filter((row) => row.fileName === fileName)
      .map((row) => String(row.state))
      .sort();

  it('after the agent has read it: both versions have results', { timeout: 60_000 }, async () => {
    await world.put('again.txt', 'wait 3000, first');
    // The log says so before the download: that the file is there shows that it has been read.
    await until('the agent has the first', async () =>
      readdirSync(world.folder.vms, { recursive: true, encoding: 'utf8' }).some((path) =>
        path.endsWith('again.txt'),
      ),
    );
    await until('the first is in work', async () =>
      (await world.log()).some((row) => row.FileName === 'again.txt' && row.Event === 'file-begun'),
    );
    await world.put('again.txt', 'second');
    await until('both have results', async () => (await resultOf('again.txt')).length === 2);
    const contents = await Promise.all(
      (await resultOf('again.txt')).map((row) => world.result(String(row.ResultName))),
    );
    expect(contents.sort()).toEqual(['second', 'wait 3000, first']);
    expect(await states('again.txt')).toEqual(['completed', 'completed']);
    await until('data is empty', async () => (await world.inData()).length === 0);
  });

  it('before the agent has read it: the first is cancelled as superseded, the second has its result', {
    timeout: 60_000,
  }, async () => {
    await until('all VMs are off, so that the first must wait for a boot', world.isAsleep);
    await world.put('early.txt', 'first');
    await until('it has a VM', async () => (await states('early.txt')).includes('assigned'));
    await world.put('early.txt', 'second');
    await until('the second has its result', async () => (await resultOf('early.txt')).length === 1);
    await until(
      'the first is over',
      async () => (await states('early.txt')).join() === 'cancelled,completed',
    );
    const [row] = await resultOf('early.txt');
    expect(await world.result(String(row?.ResultName))).toBe('second');
    const [first] = (await world.jobs()).filter(
      ({ fileName, state }) => fileName === 'early.txt' && state === 'cancelled',
    );
    expect(first?.cause).toBe('superseded');
    await until('data is empty', async () => (await world.inData()).length === 0);
  });
});

/** Resident memory of a process, where the system tells (Linux); elsewhere the comparison is not made. */
function residentBytes(pid: number): number {
  if (process.platform !== 'linux') return 0;
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
