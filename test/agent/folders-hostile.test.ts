import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clearFolders, closeFolder, openFolder } from '../../src/agent/folders.ts';
import { claimOf } from './scripted-world.ts';

/** An account that this machine does not have, and that no other test runs anything as. */
const uid = 61_737;
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

let base: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'rouse-hostile-'));
  await chmod(base, 0o711);
});
// Node's own way stops at paths that are too long.
afterEach(() => {
  execFileSync('rm', ['-rf', base]);
});

const isWindows = process.platform === 'win32';

describe.skipIf(isWindows)('the folder of a run, when it is removed', () => {
  it('may be deeper than any path is long', async () => {
    const { path } = await openFolder(base, claimOf(), '');
    const dig = `for (let depth = 0; depth < 500; depth++) { fs.mkdirSync('0123456789'); process.chdir('0123456789'); }`;
    execFileSync(process.execPath, ['-e', dig], { cwd: path });
    await closeFolder(base, claimOf());
    expect(await readdir(base)).toEqual([]);
  });

  it('may hold folders that nobody can write to, and links', async () => {
    await mkdir(join(base, 'others'));
    await writeFile(join(base, 'others', 'x'), '');
    const { path } = await openFolder(base, claimOf(), '');
    await mkdir(join(path, 'sealed', 'inner'), { recursive: true });
    await symlink(join(base, 'others'), join(path, 'sealed', 'inner', 'link'));
    await chmod(join(path, 'sealed', 'inner'), 0o500);
    await chmod(join(path, 'sealed'), 0o1000);
    await closeFolder(base, claimOf());
    expect(await readdir(base)).toEqual(['others']);
    expect(await readdir(join(base, 'others'))).toEqual(['x']);
  });

  it('is removed at the next start if the agent was killed meanwhile', async () => {
    await mkdir(join(base, 'trash', 'a', 'b'), { recursive: true });
    await writeFile(join(base, 'trash', 'a', 'b', 'x'), '');
    await clearFolders(base);
    expect(await readdir(base)).toEqual([]);
  });
});

/** Root with no more capabilities than the service leaves it. */
const asService = (): string[] => {
  const unit = readFileSync('infra/vm/rouse-agent.service', 'utf8');
  const [, names = ''] = /^CapabilityBoundingSet=(.*)$/m.exec(unit) ?? [];
  const kept = names.split(' ').map((name) => name.toLowerCase().replace('cap_', '+'));
  return [`--bounding-set=-all,${kept.join(',')}`, '--no-new-privs'];
};
const hasSetpriv = isRoot && spawnSync('setpriv', ['--version']).status === 0;

it.skipIf(!hasSetpriv)('the service can remove what a guest has sealed and made “sticky”', async () => {
  const { path } = await openFolder(base, claimOf(), '');
  const inner = join(path, 'in', 'inner');
  await mkdir(inner);
  await writeFile(join(inner, 'x'), '');
  for (const folder of [inner, join(path, 'in')]) await chmod(folder, 0o1000);
  execFileSync('chown', ['-R', `${uid}:${uid}`, path]);
  const outfile = join(base, 'folders.mjs');
  const stdin = { contents: `export * from './src/agent/folders.ts'`, resolveDir: process.cwd() };
  await build({ stdin, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  const source = `import('${outfile}').then((folders) => folders.clearFolders('${base}'))`;
  execFileSync('setpriv', [...asService(), process.execPath, '-e', source], { stdio: 'ignore' });
  expect(await readdir(base)).toEqual(['folders.mjs']);
});

describe.skipIf(!isRoot)('a guest that lives on when its folder is removed', () => {
  /** In turn a folder and a link to root's own folder, by one name. */
  const swap = `process.chdir(process.argv[1]);
    const until = Date.now() + 20_000;
    const move = (from, to) => { try { fs.renameSync(from, to); } catch {} };
    process.stdout.write('up');
    while (Date.now() < until) { move('d', 't'); move('l', 'd'); move('d', 'l'); move('t', 'd'); }`;
  let guest: ChildProcess;

  afterEach(async () => {
    if (guest.exitCode !== null || guest.signalCode !== null) return;
    const ended = once(guest, 'exit');
    guest.kill('SIGKILL');
    await ended;
  });

  it('has root delete nothing that is not in it', async () => {
    const others = join(base, 'others');
    await mkdir(others, { mode: 0o700 });
    for (let i = 0; i < 5; i++) await writeFile(join(others, `${i}`), '');
    for (let time = 0; time < 20; time++) {
      const { path } = await openFolder(base, claimOf(), '', 0o700);
      await mkdir(join(path, 'd'));
      for (let i = 0; i < 50; i++) await writeFile(join(path, 'd', `${i}`), '');
      await symlink(others, join(path, 'l'));
      execFileSync('chown', ['-hR', `${uid}:${uid}`, path]);
      guest = spawn(process.execPath, ['-e', swap, path], {
        uid,
        gid: uid,
        env: {},
        cwd: '/',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      await once(guest.stdout ?? guest, 'data');
      await closeFolder(base, claimOf()).catch(() => {});
      const ended = once(guest, 'exit');
      guest.kill('SIGKILL');
      await ended;
      await closeFolder(base, claimOf());
      expect(await readdir(others)).toHaveLength(5);
    }
    expect(await readdir(base)).toEqual(['others']);
  });
});
