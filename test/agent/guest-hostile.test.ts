import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { isOf, signalAllOf } from '../../src/agent/guest-processes.ts';
import { endAllOf } from '../../src/agent/guest-user.ts';
import { UnfitError } from '../../src/agent/unfit.ts';
import { isAlive } from './is-alive.ts';

/** An account that this machine does not have, and that no other test runs anything as. */
const user = { uid: 61_734, gid: 61_734 };
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

const statusOf = (changes: { state?: string; uids?: string; threads?: number } = {}) => {
  const { state = 'S (sleeping)', uids = '61734\t61734\t61734\t61734', threads = 1 } = changes;
  return `Name:\tUid: 1\nState:\t${state}\nUid:\t${uids}\nGid:\t0\t0\t0\t0\nThreads:\t${threads}\nSigQ:\t0/1\n`;
};

it.each([
  ['a plain program', {}, true],
  ['a set-user-ID program that it started', { uids: '61734\t0\t0\t0' }, true],
  ['one that can take the id back', { uids: '0\t0\t61734\t0' }, true],
  ['a halted one', { state: 'T (stopped)' }, true],
  ['one whose first thread alone is dead', { state: 'Z (zombie)', threads: 2 }, true],
  ['a dead one that nobody waited for', { state: 'Z (zombie)' }, false],
  ['another user’s', { uids: '617340\t617340\t617340\t617340' }, false],
  ['root’s', { uids: '0\t0\t0\t0' }, false],
] as const)('knows a process of the user: %s', (_, changes, isIt) => {
  expect(isOf(user.uid, statusOf(changes))).toBe(isIt);
});

describe.skipIf(!isRoot)('a guest that does not want to end', () => {
  let guest: ChildProcess;

  afterEach(() => endAllOf(user));

  /** Starts a program of these lines as the user, which begins once it has said so, and must be no other: it kills all that it may. */
  async function start(source: string): Promise<void> {
    const guard = `if (process.getuid() !== ${user.uid}) process.exit();
      setTimeout(() => process.exit(), 15_000).unref();
      const until = Date.now() + 15_000, isTime = () => Date.now() < until;
      const attempt = (step) => { try { return step(); } catch {} };
      process.stdout.write('up');`;
    guest = spawn(process.execPath, ['-e', guard + source], {
      ...user,
      env: {},
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(guest.stdout ?? guest, 'data');
  }

  it.each(['SIGKILL', 'SIGSTOP'])('is ended, though it sends %s to whoever would end it', async (signal) => {
    for (let time = 0; time < 3; time++) {
      await start(`while (isTime()) attempt(() => process.kill(-1, '${signal}'));`);
      const ended = once(guest, 'exit');
      await endAllOf(user);
      expect(await ended).toEqual([null, 'SIGKILL']);
    }
  });

  it('is ended, though each of its programs starts the next and ends', async () => {
    const chain =
      'i=0; while [ $i -lt 20 ]; do i=$((i+1)); done; [ "$(date +%s)" -lt "$1" ] && "$0" -c "$2" "$0" "$1" "$2" &';
    await start(`const end = String(Math.floor(until / 1000));
      require('child_process').spawn('/bin/sh', ['-c', ${JSON.stringify(chain)}, '/bin/sh', end, ${JSON.stringify(chain)}],
        { detached: true, stdio: 'ignore' }).unref();
      setInterval(() => {}, 1000);`);
    await endAllOf(user);
    for (let time = 0; time < 20; time++) expect(signalAllOf(user.uid, 'SIGKILL').found).toBe(0);
  });

  it('ends the agent where it is not ended in time, and harms nobody else', async () => {
    const other = spawn('/bin/sleep', ['60'], { uid: user.uid + 100_000, gid: user.gid, stdio: 'ignore' });
    try {
      await start('setInterval(() => {}, 1000);');
      await expect(endAllOf(user, 0)).rejects.toThrow(UnfitError);
      await endAllOf(user);
      expect(isAlive(other.pid ?? 0)).toBe(true);
    } finally {
      other.kill('SIGKILL');
    }
  });
});
