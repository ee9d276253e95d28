import { describe, expect, it } from 'vitest';
import type { HistoryLine, Job } from '../../src/core/job.ts';
import type { JobState } from '../../src/core/moves.ts';
import { sampleJob } from '../core/samples.ts';
import { type Evidence, problemsIn } from './check.ts';
import { planUploads } from './uploads.ts';

/** A world in which one file was overwritten before anybody read it, and all went well. */
function goodWorld() {
  const done = { ...completedJob('a.txt', '0x1'), resultName: 'a.1' };
  const early = sampleJob({ fileName: 'b.txt', etag: '0x2', state: 'cancelled', cause: 'superseded' });
  const late = { ...completedJob('b.txt', '0x3'), resultName: 'b.1' };
  const version = ({ fileName, id }: typeof done) => ({ fileName, jobId: id, isOverwritten: false });
  return {
    versions: [
      { ...version(done), content: 'A' },
      { ...version(early), content: 'B, old', isOverwritten: true },
      { ...version(late), content: 'B' },
    ],
    jobs: [done, early, late],
    results: [rowOf(done), rowOf(late)],
    contents: new Map([
      ['a.1', 'A'],
      ['b.1', 'B'],
    ]),
    listed: new Set<string>(),
    waiting: [] as string[],
    inData: [] as string[],
    vms: [{ name: 'vm01', state: 'deallocated', power: 'deallocated', listed: 0 }],
    messages: [{ text: '{}', ageMs: 1000 }],
    poison: [] as string[],
  } satisfies Evidence;
}

function completedJob(fileName: string, etag: string) {
  return sampleJob({
    fileName,
    etag,
    state: 'completed',
    history: historyOf('assigned', 'processing', 'completed'),
  });
}

function historyOf(...states: JobState[]): HistoryLine[] {
  return states.map((state, index) => ({ at: index, state, cause: '', attempt: 1, vmName: 'vm01' }));
}

function rowOf({ id, fileName, resultName }: { id: string; fileName: string; resultName: string }) {
  return { jobId: id, fileName, resultName };
}

type GoodWorld = ReturnType<typeof goodWorld>;

/** The jobs with something else said of the first. */
function firstJob({ jobs: [first, ...others] }: GoodWorld, change: Partial<Job>) {
  return first ? [{ ...first, ...change }, ...others] : others;
}

/** The problems of a world in which something went wrong. */
function problemsAfter(wrong: (world: GoodWorld) => Partial<Evidence>): string[] {
  const world = goodWorld();
  return problemsIn({ ...world, ...wrong(world) }).map(({ text }) => text);
}

describe('what is judged wrong', () => {
  it('is nothing where all went well', () => {
    expect(problemsAfter(() => ({}))).toEqual([]);
  });

  it('is a young message only where it was waited for that', () => {
    expect(problemsIn(goodWorld(), 0)).toMatchObject([{ text: 'a message is 1 s old: {}' }]);
  });

  it('is nothing where an overwritten version was never seen, or was done in time', () => {
    expect(
      problemsAfter(({ jobs: [a, , b] }) => ({ jobs: [a, b].filter((job) => job !== undefined) })),
    ).toEqual([]);
  });

  it('is nothing where an overwritten version stopped half-way, unless something leads to it', () => {
    const stopped = ({ jobs: [a, early, late] }: GoodWorld) =>
      [a, early && { ...early, state: 'assigned' as const, cause: '' }, late].filter(
        (job) => job !== undefined,
      );
    expect(problemsAfter((world) => ({ jobs: stopped(world) }))).toEqual([]);
    const listed = (world: GoodWorld) => new Set(world.jobs.map(({ id }) => id));
    expect(problemsAfter((world) => ({ jobs: stopped(world), listed: listed(world) }))).toMatchObject([
      expect.stringContaining('the job is assigned'),
    ]);
  });

  it.each<[string, RegExp, (world: GoodWorld) => Partial<Evidence>]>([
    [
      'a lost file',
      /a\.txt .*lost: no job/,
      ({ jobs, results }) => ({ jobs: jobs.slice(1), results: results.slice(1) }),
    ],
    [
      'a file without its result row',
      /a\.txt .*no result row; the job is completed/,
      ({ results }) => ({ results: results.slice(1) }),
    ],
    [
      'a duplicated row',
      /a\.txt .*2 result rows/,
      ({ results }) => ({ results: [...results, ...results.slice(0, 1)] }),
    ],
    [
      'a row of a version that there never was',
      /a\.txt .*nobody uploaded/,
      ({ results }) => ({ results: [...results, { jobId: 'x', fileName: 'a.txt', resultName: 'a.1' }] }),
    ],
    [
      'a file that failed',
      /a\.txt .*failed \(unreported\)/,
      (world) => ({
        jobs: firstJob(world, { state: 'failed', cause: 'unreported', history: [] }),
        results: world.results.slice(1),
      }),
    ],
    [
      'a cancelled file that nobody overwrote',
      /a\.txt .*cancelled \(gone\)/,
      (world) => ({
        jobs: firstJob(world, { state: 'cancelled', cause: 'gone', history: [] }),
        results: world.results.slice(1),
      }),
    ],
    [
      'a missing result file',
      /a\.txt .*a\.1 is not in results/,
      () => ({ contents: new Map([['b.1', 'B']]) }),
    ],
    [
      'the result of another file',
      /a\.txt .*something else/,
      ({ contents }) => ({ contents: new Map([...contents, ['a.1', 'B']]) }),
    ],
    ['a waiting entry that was left', /job x is still listed as waiting/, () => ({ waiting: ['x'] })],
    ['a blob that was left', /a\.txt: its blob is still in data/, () => ({ inData: ['a.txt'] })],
    [
      'a VM that was left on',
      /vm01: .*power is running/,
      () => ({ vms: [{ name: 'vm01', state: 'deallocated', power: 'running', listed: 0 }] }),
    ],
    [
      'a row that still lists a file',
      /vm01: .*with 1 files/,
      () => ({ vms: [{ name: 'vm01', state: 'deallocated', power: 'deallocated', listed: 1 }] }),
    ],
    [
      'a message that nobody needs',
      /a message is 200 s old/,
      () => ({ messages: [{ text: '{}', ageMs: 200_000 }] }),
    ],
    ['a poisoned message', /moved to poison/, () => ({ poison: ['?'] })],
    [
      'a file that was completed twice',
      /a\.txt .*completed 2 times/,
      (world) => ({
        jobs: firstJob(world, { history: historyOf('processing', 'completed', 'completed') }),
      }),
    ],
    [
      'a move that there is not',
      /a\.txt .*from received to processing/,
      (world) => ({
        jobs: firstJob(world, { history: historyOf('received', 'processing', 'completed') }),
      }),
    ],
  ])('%s', (_what, expected, wrong) => {
    const problems = problemsAfter(wrong);
    expect(
      problems.some((problem) => expected.test(problem)),
      problems.join('\n'),
    ).toBe(true);
  });
});

describe('the plan of uploads', () => {
  it('is the same for the same seed, and never has two versions of the same content', () => {
    const plan = planUploads(200, 30_000, 5);
    expect(planUploads(200, 30_000, 5)).toEqual(plan);
    expect(new Set(plan.map(({ fileName }) => fileName)).size).toBe(200);
    const contents = plan.flatMap(({ content, second }) => [content, ...(second ? [second.content] : [])]);
    expect(new Set(contents).size).toBe(contents.length);
    expect(contents.length).toBeGreaterThan(200);
  });
});
