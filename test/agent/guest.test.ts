import { existsSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runGuest } from '../../src/agent/guest.ts';
import type { GuestEnd, GuestRun } from '../../src/agent/world.ts';
import { isAlive } from './is-alive.ts';

const posixOnly = { skip: process.platform === 'win32' };

let folder: string;
let output: string;
let consolePath: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'rouse-guest-')));
  output = join(folder, 'output.txt');
  consolePath = join(folder, 'console.log');
});
afterEach(() => rm(folder, { recursive: true, maxRetries: 5 }));

interface Started {
  end: Promise<GuestEnd>;
  stop: AbortController;
  pid: Promise<number>;
}

/** Starts a guest program of these lines of JavaScript, with the path of its output as `output`. */
async function start(source: string, changes: Partial<GuestRun> = {}): Promise<Started> {
  const program = join(folder, 'guest.mjs');
  await writeFile(program, `import fs from 'node:fs';\nconst [output] = process.argv.slice(2);\n${source}`);
  const run = {
    action: 'profile',
    command: [process.execPath, program, output],
    workingFolder: folder,
    output,
    environment: {},
    console: { files: 3, bytes: 1024 * 1024 },
    ...changes,
  };
  const stop = new AbortController();
  let end: Promise<GuestEnd> | undefined;
  const pid = new Promise<number>((resolve) => {
    end = runGuest(run, consolePath, resolve, stop.signal);
  });
  if (!end) throw new Error('not started');
  return { end, stop, pid };
}

const finish = async (source: string, changes: Partial<GuestRun> = {}) => (await start(source, changes)).end;
const printed = (text: string) =>
  vi.waitFor(async () => expect(await readFile(consolePath, 'utf8')).toContain(text), { timeout: 10_000 });

describe('runGuest', () => {
  it('is content with exit code 0 and an output file', async () => {
    expect(
      await finish(`fs.writeFileSync(output, 'done'); console.log('hello'); console.error('there');`),
    ).toEqual({
      ok: true,
      reason: '',
      tail: expect.stringMatching(/^(hello\nthere|there\nhello)$/),
    });
    expect(await readFile(output, 'utf8')).toBe('done');
    expect(await readFile(consolePath, 'utf8')).toContain('hello\n');
  });

  it('says how a program failed, with the last that it printed', async () => {
    const end = await finish(
      `fs.writeFileSync(output, ''); console.error('line 7 is broken'); process.exitCode = 3;`,
    );
    expect(end).toEqual({ ok: false, reason: 'exit code 3', exitCode: 3, tail: 'line 7 is broken' });
  });

  it('says that a program was ended by a signal', posixOnly, async () => {
    expect(await finish(`process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);`)).toMatchObject({
      ok: false,
      reason: 'ended by SIGKILL',
    });
  });

  it('does not take a missing output, or a folder, for success', async () => {
    expect(await finish('')).toMatchObject({ ok: false, reason: 'wrote no output file' });
    expect(await finish('fs.mkdirSync(output);')).toMatchObject({
      ok: false,
      reason: 'wrote no output file',
    });
  });

  it('says that a program could not be run', async () => {
    const end = await finish('', { command: [join(folder, 'missing')] });
    expect(end).toMatchObject({ ok: false, reason: expect.stringMatching(/^could not run: .*ENOENT/) });
    expect(await finish('', { workingFolder: join(folder, 'missing') })).toMatchObject({ ok: false });
  });

  it('hands over arguments as they are, without a shell', async () => {
    const end = await finish(
      `fs.writeFileSync(output, process.argv.at(-1)); console.log(process.argv.at(-1));`,
      {
        command: [process.execPath, join(folder, 'guest.mjs'), output, '$(id) "a b" ; %PATH% *'],
      },
    );
    expect(end.tail).toBe('$(id) "a b" ; %PATH% *');
  });

  it('gives it an environment of its own, its working folder, and nothing to read', async () => {
    process.env.ROUSE_TEST_SECRET = 'secret';
    const source = `
      console.log(JSON.stringify({ env: process.env, cwd: process.cwd(), stdin: fs.readFileSync(0, 'utf8') }));`;
    const { tail } = await finish(source, { environment: { MODE: 'x' } });
    delete process.env.ROUSE_TEST_SECRET;
    expect(JSON.parse(tail)).toMatchObject({ env: { MODE: 'x' }, cwd: folder, stdin: '' });
    expect(tail).not.toContain('secret');
    if (process.platform === 'linux') expect(Object.keys(JSON.parse(tail).env)).toEqual(['MODE']);
  });

  it('ends a program that hangs', async () => {
    const { end, stop } = await start(`console.log('up'); setInterval(() => {}, 1000);`);
    await printed('up');
    stop.abort();
    expect(await end).toMatchObject({ ok: false, tail: 'up' });
  });

  it('kills a program that does not want to end', posixOnly, async () => {
    const source = `process.on('SIGTERM', () => console.log('no')); console.log('up'); setInterval(() => {}, 1000);`;
    const { end, stop } = await start(source);
    await printed('up');
    stop.abort();
    expect(await end).toEqual({ ok: false, reason: 'ended by SIGKILL', tail: 'up\nno' });
  });

  it('ends all that a program started, also when it does not want to end', posixOnly, async () => {
    const child = `process.on('SIGTERM', () => {}); console.log('child ' + process.pid); setInterval(() => {}, 1000);`;
    const source = `
      const { spawn } = await import('node:child_process');
      spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });
      setInterval(() => {}, 1000);`;
    const { end, stop } = await start(source);
    await printed('child ');
    stop.abort();
    await end;
    const pid = Number(/child (\d+)/.exec(await readFile(consolePath, 'utf8'))?.[1]);
    expect(pid).toBeGreaterThan(0);
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false));
  });

  it('ends what a program leaves running, and does not wait for it', posixOnly, async () => {
    const source = `
      const { spawn } = await import('node:child_process');
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
      child.unref();
      console.log('child ' + child.pid);
      fs.writeFileSync(output, '');`;
    const end = await finish(source);
    expect(end.ok).toBe(true);
    await vi.waitFor(() => expect(isAlive(Number(end.tail.split(' ')[1]))).toBe(false));
  });

  it('does not wait for a program that left the group with the console in hand', posixOnly, async () => {
    const source = `
      const { spawn } = await import('node:child_process');
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit', detached: true });
      child.unref();
      console.log('child ' + child.pid);
      fs.writeFileSync(output, '');`;
    const end = await finish(source);
    process.kill(Number(end.tail.split(' ')[1]), 'SIGKILL');
    expect(end.ok).toBe(true);
  });

  it('runs nothing when the end comes before the start', async () => {
    const stop = AbortSignal.abort();
    const run = {
      action: 'profile',
      command: [process.execPath, '-e', 'require("fs").writeFileSync("ran", "")'],
      workingFolder: folder,
      output,
      environment: {},
      console: { files: 1, bytes: 1000 },
    };
    expect(await runGuest(run, consolePath, () => {}, stop)).toMatchObject({
      ok: false,
      reason: 'not started',
    });
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  it('kills a program whose start could not be noted', async () => {
    let started = 0;
    const note = (pid: number) => {
      started = pid;
      throw new Error('ENOSPC');
    };
    const run = {
      action: 'profile',
      command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'],
      workingFolder: folder,
      output,
      environment: {},
      console: { files: 1, bytes: 1000 },
    };
    expect(await runGuest(run, consolePath, note, new AbortController().signal)).toMatchObject({
      ok: false,
      reason: 'could not run: ENOSPC',
    });
    await vi.waitFor(() => expect(isAlive(started)).toBe(false));
  });

  it('stays small in memory and on disk under 200 MB of output', { timeout: 60_000 }, async () => {
    const before = process.memoryUsage().rss;
    const source = `
      const line = 'x'.repeat(1023) + '\\n';
      for (let kb = 0; kb < 200 * 1024; kb++)
        if (!process.stdout.write(line)) await new Promise((resolve) => process.stdout.once('drain', resolve));
      fs.writeFileSync(output, '');
      console.log('the end');`;
    const end = await finish(source);
    expect(end.ok).toBe(true);
    expect(end.tail).toMatch(/the end$/);
    const sizes = await Promise.all(['', '.1', '.2', '.3'].map((tail) => sizeOf(consolePath + tail)));
    expect(sizes[0]).toBeLessThanOrEqual(1024 * 1024);
    expect(sizes.slice(1)).toEqual([1024 * 1024, 1024 * 1024, 0]);
    expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1024 * 1024);
  });
});

const sizeOf = async (path: string) => (existsSync(path) ? (await stat(path)).size : 0);
