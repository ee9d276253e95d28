import { describe, expect, it } from 'vitest';
import { claim } from '../../src/core/claim.ts';
import { finish } from '../../src/core/finish.ts';
import type { Report } from '../../src/core/report.ts';
import { openTown, type Town } from './town.ts';

const ok = { vmName: 'vm01', status: 'ok', resultName: 'r.json', error: '', durationMs: 12 } as const;
const failed = { ...ok, status: 'failed', resultName: '', error: 'exit code 3' } as const;

async function inWork(town: Town): Promise<Report & { jobId: string; attempt: number }> {
  const job = await town.arrive('a.json');
  await claim(job.vmName, town.world);
  return { ...ok, vmName: job.vmName, jobId: job.id, attempt: job.attempt };
}

describe('a reported success', () => {
  it('is recorded, and the file deleted, and the VM kept on for its grace', async () => {
    const town = openTown(['vm01']);
    const answer = await finish(await inWork(town), town.world);
    expect(answer).toEqual({ vmName: 'vm01', recorded: 'new', stop: false, next: null });
    expect([...town.memory.results.values()]).toMatchObject([
      { fileName: 'a.json', vmName: 'vm01', resultName: 'r.json', durationMs: 12 },
    ]);
    expect(town.memory.files.size).toBe(0);
    expect(town.vm('vm01').files).toEqual([]);
  });

  it('that is repeated changes nothing', async () => {
    const town = openTown(['vm01']);
    const report = await inWork(town);
    await finish(report, town.world);
    town.pass(1);
    const before = structuredClone([...town.memory.results]);
    expect((await finish({ ...report, resultName: 'other' }, town.world)).recorded).toBe('duplicate');
    expect([...town.memory.results]).toEqual(before);
  });

  it('does not delete a newer version of the file', async () => {
    const town = openTown(['vm01']);
    const report = await inWork(town);
    town.upload('a.json');
    await finish(report, town.world);
    expect(town.memory.files.size).toBe(1);
    expect(town.memory.results.size).toBe(1);
  });

  it('of an older attempt counts as long as there is no other result', async () => {
    const town = openTown(['vm01', 'vm02']);
    const report = await inWork(town);
    const job = town.job('a.json');
    const moved = { ...job, state: 'assigned', attempt: 2, vmName: 'vm02' } as const;
    town.memory.jobs.set(job.id, { ...moved, history: [...job.history] });
    town.editVm('vm02', { state: 'running', files: [{ jobId: job.id, attempt: 2, at: 0 }] });
    expect((await finish(report, town.world)).recorded).toBe('new');
    expect(town.vm('vm01').files).toEqual([]);
    expect(town.vm('vm02').files).toEqual([]);
  });

  it('hands out one of the waiting in the same answer, in the room of the file that is done', async () => {
    const town = openTown(['vm01']);
    const report = await inWork(town);
    await town.arrive('b.json');
    const writes: number[] = [];
    const { write } = town.world.pool;
    town.world.pool.write = (vm) => {
      writes.push(vm.files.length);
      return write(vm);
    };
    const answer = await finish(report, town.world);
    expect(answer.next).toMatchObject({ fileName: 'b.json', state: 'processing', attempt: 1 });
    expect(writes).toEqual([1]);
    expect(town.vm('vm01').files).toMatchObject([{ jobId: answer.next?.id }]);
    expect(town.memory.queues.processing.size).toBe(0);
  });

  it('of a cancelled job is not recorded', async () => {
    const town = openTown(['vm01']);
    const report = await inWork(town);
    town.memory.jobs.set(report.jobId, { ...town.job('a.json'), state: 'cancelled' });
    expect((await finish(report, town.world)).recorded).toBe('none');
    expect(town.memory.results.size).toBe(0);
    expect(town.memory.files.size).toBe(1);
  });

  it('of a file that the VM never had is refused', async () => {
    const town = openTown(['vm01', 'vm02']);
    const report = await inWork(town);
    await expect(finish({ ...report, vmName: 'vm02' }, town.world)).rejects.toMatchObject({
      code: 'not_yours',
    });
    expect(town.memory.results.size).toBe(0);
  });
});

describe('a reported failure', () => {
  it('is no result: the file waits for its backoff, and the next run is another attempt', async () => {
    const town = openTown(['vm01']);
    const report = await inWork(town);
    expect((await finish({ ...report, ...failed }, town.world)).next).toBeNull();
    expect(town.memory.results.size).toBe(0);
    expect(town.job('a.json')).toMatchObject({ state: 'received', attempt: 2, failedRuns: 1 });
    expect((await claim('vm01', town.world)).next).toBeNull();
    town.pass(town.world.rules.backoffMsMin);
    expect((await claim('vm01', town.world)).next).toMatchObject({ attempt: 2 });
  });

  it('ends as failed when the runs are used up, with the blob kept and listed', async () => {
    const town = openTown(['vm01'], { failedRunsMax: 2, idleMsMax: 1e9 });
    const report = await inWork(town);
    await finish({ ...report, ...failed }, town.world);
    town.pass(town.world.rules.backoffMsMax);
    await claim('vm01', town.world);
    await finish({ ...report, ...failed, attempt: 2 }, town.world);
    expect(town.job('a.json')).toMatchObject({
      state: 'failed',
      cause: 'guest',
      error: expect.stringContaining('exit code 3'),
    });
    expect(town.memory.files.size).toBe(1);
    expect([...town.memory.index.values()]).toMatchObject([{ place: 'resting' }]);
  });

  it('of an older attempt is none', async () => {
    const town = openTown(['vm01']);
    const report = await inWork(town);
    await finish({ ...report, ...failed }, town.world);
    expect((await finish({ ...report, ...failed }, town.world)).recorded).toBe('none');
    expect(town.job('a.json').failedRuns).toBe(1);
  });

  it('of an older attempt does not cost the VM the attempt that it has in work now', async () => {
    const town = openTown(['vm01']);
    const report = await inWork(town);
    await finish({ ...report, ...failed }, town.world);
    town.pass(town.world.rules.backoffMsMax);
    const { next } = await claim('vm01', town.world);
    await finish({ ...report, ...failed }, town.world);
    expect(town.vm('vm01').files).toMatchObject([{ jobId: next?.id, attempt: 2 }]);
    expect(town.job('a.json')).toMatchObject({ state: 'processing', attempt: 2 });
  });

  it.each([
    ['overwritten', 'superseded', (town: Town) => town.upload('a.json')],
    ['deleted', 'gone', (town: Town) => void town.memory.files.clear()],
  ])('of a file that was %s cancels its job as %s', async (_what, cause, change) => {
    const town = openTown(['vm01']);
    const report = await inWork(town);
    change(town);
    await finish({ ...report, ...failed }, town.world);
    expect(town.memory.jobs.get(report.jobId)).toMatchObject({ state: 'cancelled', cause });
  });
});

describe('a script’s call, with no job id', () => {
  const call = { ...ok, fileName: 'a.json', resultName: '' };

  it('records the file that is listed, and stops the VM at once', async () => {
    const town = openTown(['vm01']);
    await town.arrive('a.json');
    const answer = await finish(call, town.world);
    expect(answer).toEqual({ vmName: 'vm01', recorded: 'new', stop: true, next: null });
    expect(town.memory.powers.get('vm01')).toBe('deallocated');
    expect(town.memory.files.size).toBe(0);
  });

  it('gets no file in the answer: the next one’s message stands in the queue', async () => {
    const town = openTown(['vm01']);
    await town.arrive('a.json');
    await town.arrive('b.json');
    expect(await finish(call, town.world)).toEqual({
      vmName: 'vm01',
      recorded: 'new',
      stop: false,
      next: null,
    });
    expect(town.job('b.json')).toMatchObject({ state: 'assigned', vmName: 'vm01' });
    expect(town.memory.queues.processing.size).toBe(1);
  });

  it('that is repeated records none', async () => {
    const town = openTown([{ name: 'vm01', maintenanceUntil: 1_800_000_000_000 }]);
    await town.arrive('a.json');
    await finish(call, town.world);
    expect((await finish(call, town.world)).recorded).toBe('none');
    expect(town.memory.results.size).toBe(1);
  });

  it('about a file that is not listed records none', async () => {
    const town = openTown(['vm01']);
    await town.arrive('b.json');
    expect(await finish(call, town.world)).toMatchObject({ recorded: 'none', stop: false });
    expect(town.memory.files.size).toBe(1);
  });

  it('that reports a failure puts off the next attempt for longer than anyone repeats a call', async () => {
    const town = openTown(['vm01']);
    await town.arrive('a.json');
    await finish({ ...call, ...failed, fileName: 'a.json' }, town.world);
    expect(town.job('a.json').notBefore).toBeGreaterThanOrEqual(town.world.now() + 5 * 60_000);
  });

  it('without a file only asks to stop', async () => {
    const town = openTown([{ name: 'vm01', state: 'running', idleSince: 1_700_000_000_000 }]);
    expect(await finish(ok, town.world)).toMatchObject({ recorded: 'none', stop: true });
  });

  it('stops a VM whose only entry has gone stale', async () => {
    const town = openTown(['vm01']);
    const job = await town.arrive('a.json');
    town.memory.jobs.set(job.id, { ...job, state: 'cancelled' });
    expect(await finish({ ...call, fileName: 'other' }, town.world)).toMatchObject({
      recorded: 'none',
      stop: true,
    });
  });

  it('without a file stops a VM that was not yet known to be up', async () => {
    const town = openTown([{ name: 'vm01', state: 'starting' }]);
    expect(await finish(ok, town.world)).toMatchObject({ stop: true });
  });

  it('that could mean two versions is refused', async () => {
    const town = openTown(['vm01'], { filesPerVmMax: 2 });
    town.memory.heard.set('vm01', { at: 0, namesJobs: true });
    await town.arrive('a.json');
    await town.arrive('a.json');
    await expect(finish(call, town.world)).rejects.toMatchObject({ code: 'ambiguous' });
  });
});
