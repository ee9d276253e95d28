import { type ChildProcess, spawn as spawnTruly } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runGuest } from '../../src/agent/guest.ts';
import { mustBeFencedIn } from '../../src/agent/guest-firewall.ts';
import { endAllOf } from '../../src/agent/guest-user.ts';
import { runAgent } from '../../src/agent/loop.ts';
import { UnfitError } from '../../src/agent/unfit.ts';
import { claimOf, inTurn, nothing, planOf, scriptWorld } from './scripted-world.ts';

/** How no process can be started, if so: Node throws some errors at once and sends others after it. */
let refusal: { code: string; isThrown: boolean } | undefined;

vi.mock('node:child_process', async (original) => {
  const truly = await original<typeof import('node:child_process')>();
  const spawn = (...given: Parameters<typeof truly.spawn>) => {
    if (!refusal) return truly.spawn(...given);
    const error = Object.assign(new Error(`spawn ${refusal.code}`), { code: refusal.code });
    if (refusal.isThrown) throw error;
    const child = new EventEmitter();
    process.nextTick(() => child.emit('error', error));
    return child;
  };
  return { ...truly, spawn };
});

/** An account that this machine does not have, and that no other test runs anything as. */
const user = { uid: 61_735, gid: 61_735 };
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
const noRoom = [
  { code: 'EAGAIN', isThrown: false },
  { code: 'ENOMEM', isThrown: true },
];

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rouse-room-'));
});
afterEach(async () => {
  vi.useRealTimers();
  refusal = undefined;
  await rm(folder, { recursive: true });
});

const run = () =>
  runGuest(
    {
      action: 'profile',
      command: [process.execPath, '-e', ''],
      workingFolder: folder,
      output: join(folder, 'output'),
      environment: {},
      console: { files: 1, bytes: 1000 },
    },
    join(folder, 'console.log'),
    () => {},
    new AbortController().signal,
  );

it.each(noRoom)('a program that finds no room ($code) is not the file’s fault', async (refused) => {
  refusal = refused;
  await expect(run()).rejects.toThrow(UnfitError);
});

it('a program that cannot be run for another reason is', async () => {
  refusal = { code: 'EACCES', isThrown: false };
  expect(await run()).toMatchObject({ ok: false, reason: 'could not run: spawn EACCES' });
});

it('a machine that is not fit fails no file, and ends the agent', async () => {
  const { world, calls, events } = scriptWorld({
    next: inTurn({ stop: false, next: claimOf() }, nothing),
    run: async () => {
      throw new UnfitError('no room');
    },
  });
  await expect(runAgent(planOf(), new AbortController().signal, world)).rejects.toThrow(UnfitError);
  expect(calls.filter((call) => call.includes('finish'))).toEqual([]);
  expect(events).toContain('unfit in/cars.csv no room');
});

it.skipIf(!isRoot)('whether a guest is fenced in is not known where no process can be started', async () => {
  refusal = noRoom[0];
  await expect(mustBeFencedIn(user, { host: '127.0.0.1', port: 1 })).rejects.toThrow(UnfitError);
});

it.skipIf(!isRoot).each(noRoom)('guests are ended without a new process ($code)', async (refused) => {
  const guests: ChildProcess[] = [1, 2, 3].map(() =>
    spawnTruly('/bin/sleep', ['60'], { ...user, cwd: '/', detached: true, stdio: 'ignore' }),
  );
  const ended = Promise.all(guests.map((guest) => once(guest, 'exit')));
  refusal = refused;
  await endAllOf(user);
  expect(await ended).toEqual(guests.map(() => [null, 'SIGKILL']));
});
