import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/core/job.ts';
import { sampleJob } from '../core/samples.ts';
import type { Opened } from './opened.ts';

/** Far from the times of the other tests, and after all of them. */
const base = 1_700_000_000_000;

export function describeWaiting(given: () => Opened): void {
  const jobs = () => given().world.jobs;

  async function enlist(name: string, change: Partial<Job>): Promise<Job> {
    const job = sampleJob({ fileName: `waiting/${name}`, insertedAt: base, ...change });
    await jobs().enlist('waiting', job);
    return job;
  }

  /** The first due jobs of these actions, as the names they were enlisted under. */
  async function waiting(actions: string[], now: number, count: number, all: Job[]): Promise<string[]> {
    const entries = await jobs().waiting(actions, now, count);
    return entries.flatMap(({ jobId, attempt }) => {
      const job = all.find((one) => one.id === jobId);
      return job ? [`${job.fileName.slice('waiting/'.length)}.${attempt}`] : [];
    });
  }

  describe('waiting', () => {
    it('gives the first by priority, then by age, over all the actions asked for', async () => {
      const all = [
        await enlist('old', { action: 'order-a', insertedAt: base - 1000 }),
        await enlist('new', { action: 'order-a', insertedAt: base + 1000 }),
        await enlist('urgent', { action: 'order-a', priority: 0, insertedAt: base + 2000 }),
        await enlist('other', { action: 'order-b', insertedAt: base }),
        await enlist('lazy', { action: 'order-b', priority: 9, insertedAt: base - 9000 }),
        await enlist('foreign', { action: 'order-c', priority: 0 }),
      ];
      const actions = ['order-a', 'order-b'];
      const ordered = ['urgent.1', 'old.1', 'other.1', 'new.1', 'lazy.1'];
      expect(await waiting(actions, base + 10_000, 8, all)).toEqual(ordered);
      expect(await waiting(actions, base + 10_000, 3, all)).toEqual(ordered.slice(0, 3));
      expect(await waiting(['order-b'], base + 10_000, 8, all)).toEqual(['other.1', 'lazy.1']);
      expect(await waiting(['order-none'], base + 10_000, 8, all)).toEqual([]);
    });

    it('gives those of every action if none is named', async () => {
      // Names that sort around each other and around the other partitions.
      const actions = ['every', 'every-a', 'everya', 'every0', 'zz-every', '0-every'];
      const all = await Promise.all(
        actions.map((action, index) => enlist(`of ${action}`, { action, insertedAt: base + index })),
      );
      expect(await waiting([], base + 10_000, 1000, all)).toEqual(actions.map((action) => `of ${action}.1`));
    });

    it('passes over what is not due yet', async () => {
      const all = [
        await enlist('later', { action: 'due', priority: 0, notBefore: base + 5000 }),
        await enlist('now', { action: 'due', priority: 9 }),
      ];
      expect(await waiting(['due'], base, 8, all)).toEqual(['now.1']);
      expect(await waiting(['due'], base + 4999, 8, all)).toEqual(['now.1']);
      expect(await waiting(['due'], base + 5000, 8, all)).toEqual(['later.1', 'now.1']);
    });

    it('tells all that an entry says, by which it can be dropped', async () => {
      const job = await enlist('told', { action: 'told', priority: 3, attempt: 2, insertedAt: base + 7 });
      const entries = await jobs().waiting(['told'], base + 10_000, 8);
      const { id: jobId, attempt, action, priority } = job;
      expect(entries).toEqual([{ place: 'waiting', jobId, attempt, action, priority, at: base + 8 }]);
      for (const entry of [...entries, ...entries]) await jobs().drop(entry);
      expect(await jobs().waiting(['told'], base + 10_000, 8)).toEqual([]);
    });

    it('has an entry once, however often it is enlisted', async () => {
      const job = await enlist('again', { action: 'again' });
      await jobs().enlist('waiting', job);
      expect(await waiting(['again'], base, 8, [job])).toEqual(['again.1']);
    });

    it('keeps the entries of two attempts apart, even if both are due at the same time', async () => {
      const job = await enlist('twice', { action: 'twice', notBefore: base + 100 });
      await jobs().enlist('waiting', { ...job, attempt: 3 });
      const [first] = await jobs().waiting(['twice'], base + 100, 8);
      if (first) await jobs().drop({ ...first, attempt: 1 });
      expect(await waiting(['twice'], base + 100, 8, [job])).toEqual(['twice.3']);
    });

    it('is listed whole, due or not, and so is resting, which knows no more than job and attempt', async () => {
      const later = await enlist('whole', { action: 'whole', notBefore: base + 1e9 });
      const rests = sampleJob({
        fileName: 'waiting/whole rests',
        action: 'whole',
        state: 'failed',
        attempt: 4,
      });
      await jobs().enlist('resting', rests);
      const [waits] = await jobs().waiting(['whole'], base + 1e9, 8);
      expect(waits?.jobId).toBe(later.id);
      expect(await jobs().listed('waiting')).toContainEqual(waits);
      const resting = {
        place: 'resting',
        jobId: rests.id,
        attempt: 4,
        action: '',
        priority: 0,
        at: 0,
      } as const;
      expect(await jobs().listed('resting')).toContainEqual(resting);
      await jobs().drop(resting);
      expect(await jobs().listed('resting')).not.toContainEqual(resting);
    });

    it('does not mix with resting', async () => {
      const job = sampleJob({ fileName: 'waiting/rests', action: 'rests', state: 'failed' });
      await jobs().enlist('resting', job);
      await jobs().enlist('resting', job);
      expect(await jobs().waiting(['rests'], base, 8)).toEqual([]);
      const { id: jobId, attempt, action, priority } = job;
      const entry = { place: 'resting', jobId, attempt, action, priority, at: 0 } as const;
      await jobs().drop(entry);
      await jobs().drop(entry);
    });
  });
}
