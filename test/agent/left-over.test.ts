import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetGuest, killLeftOver, noteGuest } from '../../src/agent/left-over.ts';
import { isAlive } from './is-alive.ts';

let folder: string;
let guest: ChildProcess;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rouse-left-'));
  const echo = `process.on('message', (message) => process.send(message))`;
  guest = spawn(process.execPath, ['-e', echo], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(guest, 'spawn');
});
afterEach(async () => {
  guest.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** Rejects, or never resolves, if the guest program was killed. */
async function answers(): Promise<unknown> {
  const answer = once(guest, 'message');
  guest.send('there?');
  return (await answer)[0];
}

const pidOf = ({ pid }: ChildProcess) => pid ?? 0;

describe('killLeftOver', () => {
  it('ends the guest program that was noted', { skip: process.platform !== 'linux' }, async () => {
    noteGuest(folder, pidOf(guest));
    await killLeftOver(folder);
    await vi.waitFor(() => expect(isAlive(pidOf(guest))).toBe(false));
    expect(existsSync(join(folder, 'guest.pid'))).toBe(false);
  });

  it('ends it on other systems too, where the caller is sure', {
    skip: process.platform === 'linux',
  }, async () => {
    noteGuest(folder, pidOf(guest));
    await killLeftOver(folder, true);
    await vi.waitFor(() => expect(isAlive(pidOf(guest))).toBe(false));
  });

  it('leaves another program alone that has its process id by now', async () => {
    await writeFile(join(folder, 'guest.pid'), `${pidOf(guest)} 12345`);
    await killLeftOver(folder);
    expect(await answers()).toBe('there?');
    expect(existsSync(join(folder, 'guest.pid'))).toBe(false);
  });

  it.each(['', '0 0', '-1 5', 'garbage'])('takes a note of %j for none', async (note) => {
    await writeFile(join(folder, 'guest.pid'), note);
    await killLeftOver(folder, true);
    expect(await answers()).toBe('there?');
  });

  it('has nothing to do where none was noted, or where it has ended', async () => {
    await killLeftOver(folder);
    noteGuest(folder, pidOf(guest));
    forgetGuest(folder);
    await killLeftOver(folder, true);
    expect(await answers()).toBe('there?');
  });
});
