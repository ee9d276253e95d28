import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reportDone } from '../../src/agent/done.ts';
import { readHeld } from '../../src/agent/held.ts';
import { holdOn } from '../../src/agent/hold.ts';
import { handOut } from '../../src/agent/next.ts';
import type { AgentWorld, Answer, Download } from '../../src/agent/world.ts';
import { AppError } from '../../src/core/errors.ts';
import { claimOf, inTurn, nothing, planOf, type ScriptedWorld, scriptWorld } from './scripted-world.ts';

let folder: string;
const signal = new AbortController().signal;
const handOutOf = (changes: object = {}) => ({ stop: false, next: claimOf(changes) });
const leaseGone = new AppError('lease_lost', 'moved to vm02');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rouse-held-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

/** A world in which a file has been handed out already, unless there is another answer. */
async function handedOut(script: Partial<AgentWorld> = {}): Promise<ScriptedWorld> {
  const scripted = scriptWorld({ next: async () => handOutOf(), ...script });
  await handOut(folder, planOf(), signal, scripted.world);
  scripted.calls.length = 0;
  return scripted;
}

describe('agent next', () => {
  it('claims and downloads the file, and notes it', async () => {
    const { world, calls } = scriptWorld({
      next: async () => handOutOf(),
      download: async () => ({ outcome: 'ok', metadata: { hop: '2' } }),
    });
    const held = await handOut(folder, planOf(), signal, world);
    expect(held).toMatchObject({ claim: claimOf(), path: '/w/f00.1/in/cars.csv', metadata: { hop: '2' } });
    expect(await readHeld(folder)).toEqual(held);
    expect(calls).toEqual(['0 next', '0 clear', '0 open f00.1', '0 download in/cars.csv 0x1']);
  });

  it('has none where there is none', async () => {
    const { world } = scriptWorld();
    expect(await handOut(folder, planOf(), signal, world)).toBeUndefined();
    expect(await readHeld(folder)).toBeUndefined();
  });

  it('reports what is gone or has changed, and goes on with what it is given for it', async () => {
    const there: Download = { outcome: 'ok', metadata: {} };
    const download = inTurn<Download>({ outcome: 'gone' }, { outcome: 'changed' }, there);
    const finish = inTurn(handOutOf({ jobId: 'f01' }), handOutOf({ jobId: 'f02' }));
    const { world, reports } = scriptWorld({ next: async () => handOutOf(), download, finish });
    expect((await handOut(folder, planOf(), signal, world))?.claim.jobId).toBe('f02');
    expect(reports).toMatchObject([
      { jobId: 'f00', status: 'failed', error: 'gone' },
      { jobId: 'f01', status: 'failed', error: 'superseded' },
    ]);
  });
});

describe('agent done', () => {
  const done = (changes: object, { world }: ScriptedWorld) =>
    reportDone({ fileName: 'in/cars.csv', ...changes }, folder, planOf(), signal, world);

  it('uploads and hands on the result, then reports it and forgets the file', async () => {
    const answer = { ...nothing, recorded: 'new' as const };
    const scripted = await handedOut({
      finish: async () => answer,
      download: async () => ({ outcome: 'ok', metadata: { priority: '1' } }),
    });
    expect(await done({ result: '/elsewhere/table.xml', next: 'chart' }, scripted)).toEqual(answer);
    expect(scripted.calls).toEqual([
      '0 upload f00.1.xml',
      '0 handOn f00.chart.xml {"priority":"1","action":"chart","hop":"1","root":"f00"}',
      '0 finish f00.1 ok',
      '0 close f00.1',
    ]);
    expect(scripted.reports).toMatchObject([{ resultName: 'f00.1.xml', error: '' }]);
    expect(await readHeld(folder)).toBeUndefined();
  });

  it('reports a failure, without a result', async () => {
    const scripted = await handedOut();
    await done({ failed: 'no licence', result: '/elsewhere/half' }, scripted);
    expect(scripted.reports).toMatchObject([{ status: 'failed', resultName: '', error: 'no licence' }]);
    expect(scripted.calls.join()).not.toContain('upload');
  });

  it('reports a failure for good, which must be a failure', async () => {
    const scripted = await handedOut();
    await expect(done({ permanent: true }, scripted)).rejects.toMatchObject({ code: 'bad_input' });
    await done({ failed: 'not a data set', permanent: true }, scripted);
    expect(scripted.reports).toMatchObject([{ status: 'failed', error: 'not a data set', permanent: true }]);
  });

  it('refuses a file that was not handed out', async () => {
    const scripted = await handedOut();
    await expect(done({ fileName: 'other.csv' }, scripted)).rejects.toMatchObject({ code: 'not_found' });
    await done({}, scripted);
    await expect(done({}, scripted)).rejects.toMatchObject({ code: 'not_found' });
    expect(scripted.reports).toHaveLength(1);
  });

  it('refuses to hand on too often, or to what is no action', async () => {
    const scripted = await handedOut({ download: async () => ({ outcome: 'ok', metadata: { hop: '8' } }) });
    await expect(done({ result: 'x', next: 'chart' }, scripted)).rejects.toThrow('8 times');
    await expect(done({ result: 'x', next: 'A B' }, scripted)).rejects.toThrow('no action');
    expect(scripted.calls).toEqual([]);
    expect(await readHeld(folder)).toBeDefined();
  });

  it('forgets a file that has become another VM’s, and keeps one whose report nobody answers', async () => {
    const stopped = AbortSignal.abort();
    const noAnswer = new AppError('unavailable', 'no answer');
    const scripted = await handedOut({ finish: inTurn<Answer>(noAnswer, leaseGone) });
    const file = { fileName: 'in/cars.csv', failed: 'x' };
    await expect(reportDone(file, folder, planOf(), stopped, scripted.world)).rejects.toBe(noAnswer);
    expect(await readHeld(folder)).toBeDefined();
    await expect(done({ failed: 'x' }, scripted)).rejects.toBe(leaseGone);
    expect(await readHeld(folder)).toBeUndefined();
  });
});

describe('agent hold', () => {
  const hold = ({ world }: ScriptedWorld, stop = signal) => holdOn(folder, planOf(), stop, world);

  /** Lets the scripted clock run, with time for the disk in between. */
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1000) {
      await vi.advanceTimersByTimeAsync(1000);
      await new Promise(setImmediate);
      await readHeld(folder);
    }
  }

  it('renews until the file is done', async () => {
    const scripted = await handedOut();
    const holding = hold(scripted);
    await pass(125_000);
    await reportDone({ fileName: 'in/cars.csv' }, folder, planOf(), signal, scripted.world);
    await pass(2000);
    await holding;
    expect(scripted.calls.filter((call) => call.includes('renew'))).toHaveLength(3);
  });

  it('ends with the loss of the lease', async () => {
    const scripted = await handedOut({ renew: inTurn(handOutOf(), leaseGone) });
    const holding = hold(scripted);
    holding.catch(() => {});
    await pass(70_000);
    await expect(holding).rejects.toBe(leaseGone);
  });

  it('does not take the end of the lease by the report for its loss', async () => {
    const refuse = async () => {
      setTimeout(() => rmSync(join(folder, 'held.json')), 500);
      throw leaseGone;
    };
    const renew = vi.fn<AgentWorld['renew']>(refuse).mockResolvedValueOnce(handOutOf());
    const holding = hold(await handedOut({ renew }));
    await pass(65_000);
    await holding;
    expect(renew).toHaveBeenCalledTimes(2);
  });

  it('has nothing to renew where nothing is handed out', async () => {
    await expect(hold(scriptWorld())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('ends when it is told to', async () => {
    const scripted = await handedOut();
    const stop = new AbortController();
    const holding = hold(scripted, stop.signal);
    await pass(2000);
    stop.abort();
    await holding;
  });
});
