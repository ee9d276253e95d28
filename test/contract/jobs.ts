import assert from 'node:assert';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/core/job.ts';
import type { JobSource, Jobs } from '../../src/core/world.ts';
import { sampleJob } from '../core/samples.ts';
import type { Opened } from './opened.ts';

/** All ids of a source, and how many each page had. */
async function readPages(jobs: Jobs, source: JobSource, count: number) {
  const ids: string[] = [];
  const counts: number[] = [];
  for (let continuation: string | undefined; ; ) {
    const page = await jobs.page(source, count, continuation);
    ids.push(...page.ids);
    counts.push(page.ids.length);
    continuation = page.continuation;
    if (continuation === undefined) return { ids, counts };
  }
}

export function describeJobs(given: () => Opened): void {
  const jobs = () => given().world.jobs;

  async function inserted(change: Partial<Job>): Promise<Job> {
    const job = await jobs().insert(sampleJob(change));
    assert(job, 'there was such a job already');
    return job;
  }

  describe('jobs', () => {
    it('keep all their fields', async () => {
      const whole = sampleJob({
        fileName: 'jobs/whole é "quoted" \'name\'.json',
        etag: '0x8D',
        action: 'chart',
        priority: 0,
        state: 'failed',
        attempt: 3,
        vmName: 'VM01',
        leaseUntil: 1_700_000_000_001,
        notBefore: 1_700_000_000_002,
        failedRuns: 2,
        unreported: 1,
        cause: 'guest',
        error: 'line one\nline two\ttab',
        insertedAt: 1_600_000_000_003,
        rootJobId: 'root',
        hop: 4,
        resultName: 'x.3.svg',
        durationMs: 3_000_000_000,
        completedAt: 1_700_000_000_004,
        history: [
          { at: 1_600_000_000_003, state: 'received', cause: 'no room', attempt: 1, vmName: '' },
          { at: 1_600_000_000_004, state: 'failed', cause: 'guest', attempt: 3, vmName: 'VM01' },
        ],
      });
      const job = await jobs().insert(whole);
      expect(job).toEqual({ ...whole, version: job?.version });
      expect(await jobs().read(whole.id)).toEqual(job);
    });

    it('are not there before they are inserted, nor under ids that can be none', async () => {
      expect(await jobs().read(sampleJob({ fileName: 'jobs/none' }).id)).toBeUndefined();
      for (const id of ['', 'a/b', 'a\\b', 'a#b', 'a?b', '\u0000', 'x'.repeat(2000)])
        expect(await jobs().read(id)).toBeUndefined();
    });

    it('are inserted once, however many try at the same time', async () => {
      const job = sampleJob({ fileName: 'jobs/twice' });
      const tries = await Promise.all(Array.from({ length: 20 }, () => jobs().insert(job)));
      const won = tries.filter((one) => one !== undefined);
      expect(won).toHaveLength(1);
      expect(await jobs().insert({ ...job, state: 'failed' })).toBeUndefined();
      expect(await jobs().read(job.id)).toEqual(won[0]);
    });

    it('are written by one of twenty that go out from the same read', async () => {
      const job = await inserted({ fileName: 'jobs/race' });
      const writes = Array.from({ length: 20 }, (_, index) => jobs().write({ ...job, attempt: index + 2 }));
      const won = (await Promise.all(writes)).filter((written) => written !== undefined);
      expect(won).toHaveLength(1);
      expect(await jobs().read(job.id)).toEqual(won[0]);
    });

    it('are not written from an older read', async () => {
      const job = await inserted({ fileName: 'jobs/stale' });
      const next = await jobs().write({ ...job, state: 'assigned', vmName: 'vm01' });
      expect(await jobs().write({ ...job, state: 'cancelled' })).toBeUndefined();
      expect(await jobs().read(job.id)).toEqual(next);
    });

    it('of one file are found together, and no others', async () => {
      const versions = await Promise.all(
        ['0x1', '0x2', '0x3'].map((etag) => inserted({ fileName: 'jobs/v', etag })),
      );
      await inserted({ fileName: 'jobs/w' });
      const ids = versions.map((job) => job.id).sort();
      for (const id of ids) expect((await jobs().versions(id)).map((job) => job.id)).toEqual(ids);
      expect(await jobs().versions(sampleJob({ fileName: 'jobs/unknown' }).id)).toEqual([]);
    });

    it('are recorded once; a repeat changes nothing', async () => {
      const job = sampleJob({
        fileName: 'jobs/done',
        state: 'completed',
        vmName: 'vm02',
        resultName: 'first',
      });
      expect(await jobs().record(job)).toBe('new');
      expect(await jobs().record({ ...job, vmName: 'vm03', resultName: 'second' })).toBe('duplicate');
      expect(await given().result(job.id)).toEqual({ vmName: 'vm02', resultName: 'first' });
    });

    it('are recorded as new for one of many at the same time', async () => {
      const job = sampleJob({ fileName: 'jobs/done at once', state: 'completed' });
      const said = await Promise.all(Array.from({ length: 8 }, () => jobs().record(job)));
      expect(said.filter((word) => word === 'new')).toHaveLength(1);
    });

    it('join their workflow as often as they like', async () => {
      const { id } = sampleJob({ fileName: 'jobs/root' });
      const step = sampleJob({ fileName: 'jobs/step' }).id;
      await jobs().join(id, step);
      await jobs().join(id, step);
      expect(await jobs().page({ rootJobId: id }, 50)).toEqual({ ids: [step] });
      expect(await jobs().page({ rootJobId: step }, 50)).toEqual({ ids: [] });
    });

    it.each(['waiting', 'resting', 'results', 'root'] as const)('of %s are read in pages', async (name) => {
      const all = Array.from({ length: 7 }, (_, index) =>
        sampleJob({ fileName: `jobs/paged ${name} ${index}`, action: index < 3 ? 'page-a' : 'page-b' }),
      );
      const rootJobId = `paged-${name}`;
      for (const job of all) {
        if (name === 'root') await jobs().join(rootJobId, job.id);
        else if (name === 'results') await jobs().record({ ...job, state: 'completed' });
        else await jobs().enlist(name, job);
      }
      const source = name === 'root' ? { rootJobId } : name;
      const { ids, counts } = await readPages(jobs(), source, 3);
      // Other tests may have left some of their own.
      expect(ids).toEqual(expect.arrayContaining(all.map(({ id }) => id)));
      expect(new Set(ids).size).toBe(ids.length);
      expect(Math.max(...counts)).toBe(3);
      if (name === 'root') expect(counts).toEqual([3, 3, 1]);
      const whole = await readPages(jobs(), source, 1000);
      expect(whole).toEqual({ ids, counts: [ids.length] });
    });

    it('are not read from a continuation that no page gave', async () => {
      const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
      const forged = [
        'x',
        '%',
        '\u0000',
        'AAAA',
        encoded(null),
        encoded(7),
        encoded({ nextPartitionKey: {} }),
      ];
      for (const continuation of forged)
        for (const source of ['waiting', 'resting', 'results'] as const)
          await expect(jobs().page(source, 3, continuation), continuation).rejects.toMatchObject({
            name: 'AppError',
            code: 'bad_input',
          });
    });
  });
}
