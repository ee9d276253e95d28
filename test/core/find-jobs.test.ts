import { describe, expect, it } from 'vitest';
import { claim } from '../../src/core/claim.ts';
import { AppError } from '../../src/core/errors.ts';
import { type FoundJobs, findJobs, type JobQuery } from '../../src/core/find-jobs.ts';
import { finish } from '../../src/core/finish.ts';
import type { Job } from '../../src/core/job.ts';
import type { JobState } from '../../src/core/moves.ts';
import { order } from '../../src/core/order.ts';
import { openTown, type Town } from './town.ts';

/** A town where there is a job in every state: on vm01 one in work, on vm02 one assigned; failed by vm03. */
async function fullTown(): Promise<Town> {
  const town = openTown(['vm01', 'vm02', 'vm03'], { failedRunsMax: 1 });
  const { world } = town;
  const ended = async (fileName: string, status: 'ok' | 'failed') => {
    const job = await town.arrive(fileName);
    await claim(job.vmName, world);
    const { id: jobId, attempt, vmName } = job;
    await finish({ vmName, jobId, attempt, status, resultName: '', error: 'no', durationMs: 1 }, world);
  };
  for (const vm of ['vm01', 'vm02']) town.editVm(vm, { disabled: true });
  await ended('failed', 'failed');
  await ended('completed', 'ok');
  for (const verb of ['defer', 'cancel'] as const) await order((await town.arrive(verb)).id, { verb }, world);
  town.editVm('vm01', { disabled: false });
  town.editVm('vm03', { disabled: true });
  await town.arrive('processing');
  await claim('vm01', world);
  town.editVm('vm02', { disabled: false });
  await town.arrive('assigned');
  await town.arrive('received');
  return town;
}

const find = (query: Partial<JobQuery>, { world }: Town) => findJobs({ count: 50, ...query }, world);
const namesOf = ({ jobs }: FoundJobs) => jobs.map(({ fileName }) => fileName).sort();

/** Every page of a query, one after the other. */
async function allPages(query: Partial<JobQuery>, town: Town): Promise<Job[][]> {
  const pages: Job[][] = [];
  for (let continuation: string | undefined; ; ) {
    const page = await find({ ...query, continuation }, town);
    pages.push(page.jobs);
    continuation = page.continuation;
    if (continuation === undefined) return pages;
  }
}

describe('jobs are found', () => {
  it.each([
    ['received', 'received'],
    ['assigned', 'assigned'],
    ['processing', 'processing'],
    ['failed', 'failed'],
    ['completed', 'completed'],
    ['deferred', 'defer'],
    ['cancelled', 'cancel'],
  ] as [JobState, string][])('that are %s', async (state, fileName) => {
    expect(namesOf(await find({ state }, await fullTown()))).toEqual([fileName]);
  });

  it('of a VM: those that it has now, or, with a state, those of that state that it has or had', async () => {
    const town = await fullTown();
    expect(namesOf(await find({ vmName: 'VM01' }, town))).toEqual(['processing']);
    expect(namesOf(await find({ vmName: 'vm02' }, town))).toEqual(['assigned']);
    expect(namesOf(await find({ vmName: 'vm03' }, town))).toEqual([]);
    expect(namesOf(await find({ vmName: 'vm03', state: 'failed' }, town))).toEqual(['failed']);
    expect(namesOf(await find({ vmName: 'vm03', state: 'completed' }, town))).toEqual(['completed']);
    expect(namesOf(await find({ vmName: 'vm01', state: 'failed' }, town))).toEqual([]);
    expect(namesOf(await find({ vmName: 'vm01', state: 'assigned' }, town))).toEqual([]);
    expect(namesOf(await find({ vmName: 'vm99' }, town))).toEqual([]);
  });

  it('by file name: every version, and of these the state that is asked for', async () => {
    const town = await fullTown();
    await town.arrive('failed');
    const versions = (await find({ fileName: 'failed' }, town)).jobs;
    expect(versions.map(({ state }) => state).sort()).toEqual(['failed', 'received']);
    expect((await find({ fileName: 'failed', state: 'failed' }, town)).jobs).toHaveLength(1);
    expect((await find({ fileName: 'none' }, town)).jobs).toEqual([]);
  });

  it('by workflow: the first and all later steps, whatever their states', async () => {
    const town = await fullTown();
    const [first] = (await find({ state: 'completed' }, town)).jobs;
    const root = first?.id ?? '';
    for (const step of ['chart', 'print']) await town.arrive(`${root}.${step}`, { root, action: step });
    expect(namesOf(await find({ root }, town))).toEqual([`${root}.chart`, `${root}.print`, 'completed']);
    expect(namesOf(await find({ root, state: 'completed' }, town))).toEqual(['completed']);
    expect((await find({ root: 'f'.repeat(40) }, town)).jobs).toEqual([]);
  });

  it('page by page, each of them once', async () => {
    const town = openTown(['vm01', 'vm02', 'vm03'], { filesPerVmMax: 2 });
    for (let index = 0; index < 13; index += 1) await town.arrive(`file ${index}`);
    for (const query of [{ state: 'received' }, { state: 'assigned' }] as const) {
      const pages = await allPages({ ...query, count: 3 }, town);
      expect(pages.map((page) => page.length)).toEqual(query.state === 'received' ? [3, 3, 1] : [3, 3]);
      expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(pages.flat().length);
    }
    for (let index = 0; index < 4; index += 1) await town.arrive('file 0');
    expect((await allPages({ fileName: 'file 0', count: 2 }, town)).map((page) => page.length)).toEqual([
      2, 2, 1,
    ]);
  });

  it('but not where an index has gone stale, nor twice where it names them twice', async () => {
    const town = await fullTown();
    const [failed] = (await find({ state: 'failed' }, town)).jobs as [Job];
    await town.world.jobs.enlist('resting', { ...failed, attempt: 7 });
    await town.world.jobs.enlist('waiting', failed);
    expect(namesOf(await find({ state: 'failed' }, town))).toEqual(['failed']);
    expect(namesOf(await find({ state: 'received' }, town))).toEqual(['received']);
  });

  it('with one that cannot be read named beside them', async () => {
    const town = await fullTown();
    const [job] = (await find({ state: 'failed' }, town)).jobs as [Job];
    const { read } = town.world.jobs;
    town.world.jobs.read = (id) =>
      id === job.id ? Promise.reject(new AppError('unreadable', 'broken')) : read(id);
    expect(await find({ state: 'failed' }, town)).toEqual({ jobs: [], unreadable: [job.id] });
  });

  it('only if something is asked for', async () => {
    await expect(find({}, await fullTown())).rejects.toThrow(/at least one of fileName, state, vmName, root/);
    await expect(find({ state: 'failed', continuation: 'x' }, await fullTown())).rejects.toMatchObject({
      code: 'bad_input',
    });
  });
});
