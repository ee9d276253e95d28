import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { builtPath } from '../../src/local/built.ts';
import { readRunningWorld } from '../../src/local/run-folder.ts';
import { isAlive } from '../agent/is-alive.ts';
import { until } from './box.ts';

const onLinux = process.platform === 'linux';

const folder = mkdtempSync(join(tmpdir(), 'rouse-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** A command of `dist/local/main.mjs` with what it prints. */
function run(...args: string[]): { child: ChildProcess; output: () => string; exit: Promise<number | null> } {
  const child = spawn(process.execPath, [builtPath('local/main.mjs'), ...args, '--folder', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  return { child, output: () => output, exit };
}

describe('npm start', () => {
  it('with --once ends with exit 0 and a summary when all is done', { timeout: 90_000 }, async () => {
    const { output, exit } = run(
      'start',
      '--once',
      '--files',
      '3',
      '--vms',
      '2',
      '--boot',
      '1',
      '--port',
      '0',
    );
    expect(await exit).toBe(0);
    expect(output()).toMatch(/results out +6\n/);
    expect(output()).toMatch(/VM starts +[12]\n/);
  });

  it('stays up for put and show, and a Ctrl-C leaves no process behind', { timeout: 90_000 }, async () => {
    const input = join(folder, 'mine.csv');
    writeFileSync(input, 'a,b\n1,2\n3,4\n');
    const world = run('start', '--files', '1', '--vms', '2', '--boot', '1', '--port', '0');
    await until('the world stays up', async () => world.output().includes('The world stays up'), 60_000);
    const again = run('start', '--files', '1');
    expect(await again.exit).toBe(1);
    expect(again.output()).toContain('A world is running');

    const put = run('put', input, '--action', 'profile');
    expect(await put.exit, put.output()).toBe(0);
    await until('both results of the file are shown', async () => {
      const show = run('show', 'tblresults');
      expect(await show.exit, show.output()).toBe(0);
      return (
        show
          .output()
          .split('\n')
          .filter((line) => / (profile|chart) /.test(line)).length === 4
      );
    });
    const vms = run('show', 'tblvm', '--json');
    await vms.exit;
    expect(
      vms
        .output()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).rowKey)
        .sort(),
    ).toEqual(['vm01', 'vm02']);

    const children = descendantsOf(world.child.pid ?? 0);
    expect(children.length, 'Azurite and the Functions host at least').toBeGreaterThanOrEqual(
      onLinux ? 2 : 0,
    );
    world.child.kill('SIGINT');
    await world.exit;
    expect(children.filter(isAlive)).toEqual([]);
    expect(await readRunningWorld(folder)).toBeUndefined();
    const late = run('show', 'tbllog');
    expect(await late.exit).toBe(1);
    expect(late.output()).toContain('No world is running');
  });

  it('says what is wrong with its options', async () => {
    const { output, exit } = run('start', '--vms', 'many');
    expect(await exit).toBe(1);
    expect(output()).toContain('It must be a whole number from 1 to 2000.');
  });
});

/** The process ids of all descendants of a process, where the system tells without a program being asked (Linux). */
function descendantsOf(pid: number): number[] {
  if (!onLinux) return [];
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
  const childrenOf = (id: number): number[] =>
    parents.filter(({ parent }) => parent === id).flatMap((child) => [child.pid, ...childrenOf(child.pid)]);
  return childrenOf(pid);
}
