import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openFolder } from '../../src/agent/folders.ts';
import { runGuest } from '../../src/agent/guest.ts';
import { giveFolder, mustSuitGuests, readOutput } from '../../src/agent/guest-folder.ts';
import { endAllOf, mustBeRoot } from '../../src/agent/guest-user.ts';
import type { Folder } from '../../src/agent/world.ts';
import { isAlive } from './is-alive.ts';
import { claimOf } from './scripted-world.ts';

/** An account that this machine does not have, and that no other test runs anything as. */
const user = { uid: 61_707, gid: 61_708 };
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
const signal = new AbortController().signal;

let base: string;
let workFolder: string;
let folder: Folder;

it('is for an agent that is root, on Linux', () => {
  mustBeRoot(0, 'linux');
  for (const [uid, platform] of [
    [1000, 'linux'],
    [0, 'darwin'],
    [undefined, 'win32'],
  ] as const)
    expect(() => mustBeRoot(uid, platform)).toThrow(expect.objectContaining({ code: 'bad_input' }));
});

describe.skipIf(!isRoot)('a guest program with an account of its own', () => {
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'rouse-user-'));
    await chmod(base, 0o711);
    workFolder = join(base, 'work');
    await mkdir(workFolder, { mode: 0o711 });
    folder = await openFolder(workFolder, claimOf(), '.json', 0o700);
    await writeFile(folder.input, 'in', { mode: 0o600 });
  });
  afterEach(async () => {
    await endAllOf(user);
    await rm(base, { recursive: true });
  });

  /** Gives the folder away and runs a program of these lines in it, which prints one JSON value. */
  async function run(
    source: string,
    changes: { signal?: AbortSignal; onStart?: (pid: number) => void } = {},
  ) {
    await giveFolder(folder.path, user);
    const program = `const fs = require('fs'), [input, output, root] = process.argv.slice(1);
      const attempt = (step) => { try { return step() ?? 'done'; } catch ({ code }) { return code; } };
      ${source}`;
    const command = [process.execPath, '-e', program, folder.input, folder.output, base];
    const end = await runGuest(
      {
        action: 'profile',
        command,
        workingFolder: folder.path,
        output: folder.output,
        environment: {},
        console: { files: 1, bytes: 100_000 },
        user,
      },
      join(base, 'console', 'profile.log'),
      changes.onStart ?? (() => {}),
      changes.signal ?? signal,
    );
    return end;
  }

  it('has its user, its group and nothing else of root’s', async () => {
    await writeFile(join(base, 'secret'), 'secret', { mode: 0o600 });
    const { tail, ok } = await run(`
      fs.writeFileSync(output, '');
      const status = fs.readFileSync('/proc/self/status', 'utf8');
      console.log(JSON.stringify({
        ids: [process.getuid(), process.geteuid(), process.getgid(), process.getegid(), process.getgroups()],
        capabilities: [...status.matchAll(/^Cap(?:Inh|Prm|Eff|Amb):\\t(.*)$/gm)].map(([, bits]) => Number('0x' + bits)),
        secret: attempt(() => fs.readFileSync(root + '/secret', 'utf8')),
        agent: attempt(() => fs.readFileSync('/proc/' + process.ppid + '/environ', 'utf8').slice(0, 0)),
        back: attempt(() => process.setuid(0)),
      }));`);
    expect(ok).toBe(true);
    expect(JSON.parse(tail)).toEqual({
      ids: [user.uid, user.uid, user.gid, user.gid, [user.gid]],
      capabilities: [0, 0, 0, 0],
      secret: 'EACCES',
      agent: 'EACCES',
      back: 'EPERM',
    });
  });

  it('has the run’s folder for itself, and not the work folder', async () => {
    const { tail } = await run(`
      console.log(JSON.stringify([
        attempt(() => fs.readFileSync(input, 'utf8')),
        attempt(() => fs.writeFileSync(output, 'out')),
        attempt(() => fs.writeFileSync('scratch', '')),
        attempt(() => fs.writeFileSync('../x', '')),
        attempt(() => fs.readdirSync('..')),
      ]));`);
    expect(JSON.parse(tail)).toEqual(['in', 'done', 'done', 'EACCES', 'EACCES']);
    for (const path of [folder.path, join(folder.path, 'in'), join(folder.path, 'out')]) {
      const { uid, gid, mode } = await lstat(path);
      expect([uid, gid, mode & 0o777]).toEqual([user.uid, user.gid, 0o700]);
    }
  });

  it('is ended when the signal fires', async () => {
    const stop = new AbortController();
    const pids: number[] = [];
    const end = run(`process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000);`, {
      signal: stop.signal,
      onStart: (pid) => pids.push(pid),
    });
    const log = join(base, 'console', 'profile.log');
    await vi.waitFor(() => readFile(log, 'utf8').then((text) => expect(text).toContain('up')), {
      timeout: 10_000,
    });
    stop.abort();
    expect(await end).toMatchObject({ reason: 'ended by SIGKILL' });
    expect(isAlive(pids[0] ?? 0)).toBe(false);
  });

  it('leaves nothing running, not even what left its group', async () => {
    const { tail } = await run(`
      const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'],
        { stdio: 'ignore', detached: true });
      child.unref();
      console.log(child.pid);`);
    expect(isAlive(Number(tail))).toBe(true);
    await endAllOf(user);
    await vi.waitFor(() => expect(isAlive(Number(tail))).toBe(false));
  });

  it('gets nothing uploaded but a file of its own: no link to somebody else’s, and no pipe', async () => {
    const secret = join(base, 'secret');
    await writeFile(secret, 'secret', { mode: 0o600 });
    const read = vi.fn((path: string) => readFile(path, 'utf8'));
    for (const make of [
      () => symlink(secret, folder.output),
      () => link(secret, folder.output),
      () => mkdir(folder.output).then(() => chown(folder.output, user.uid, user.gid)),
      async () => {
        execFileSync('mkfifo', [folder.output]);
        await chown(folder.output, user.uid, user.gid);
      },
    ]) {
      await make();
      await expect(readOutput(folder.output, user, read)).rejects.toMatchObject({ code: 'bad_input' });
      await rm(folder.output, { recursive: true });
    }
    expect(read).not.toHaveBeenCalled();
    await writeFile(folder.output, 'mine', { mode: 0o600 });
    await chown(folder.output, user.uid, user.gid);
    expect(await readOutput(folder.output, user, read)).toBe('mine');
  });

  it('is not followed out of its folder when that is given to it', async () => {
    const secret = join(base, 'secret');
    await writeFile(secret, '');
    await symlink(secret, join(folder.path, 'in', 'link'));
    await giveFolder(folder.path, user);
    expect((await lstat(secret)).uid).toBe(0);
  });

  it('needs a work folder that it can pass, and none but root can change', async () => {
    await mustSuitGuests(workFolder);
    for (const mode of [0o777, 0o731, 0o700]) {
      await chmod(workFolder, mode);
      await expect(mustSuitGuests(workFolder)).rejects.toMatchObject({ code: 'bad_input' });
    }
    await chmod(workFolder, 0o711);
    await chown(workFolder, user.uid, user.gid);
    await expect(mustSuitGuests(workFolder)).rejects.toMatchObject({ code: 'bad_input' });
    expect(existsSync(folder.path)).toBe(true);
  });
});
