import assert from 'node:assert';
import { entryOf } from '../../src/core/index-entry.ts';
import { type Job, nameHashIn } from '../../src/core/job.ts';
import type { IndexEntry, Jobs } from '../../src/core/world.ts';
import { byKey, type Memory } from './memory.ts';
import { pageOf } from './page.ts';

/**
 * The jobs, their indexes and their results in memory. A row is replaced, never changed, and its history is frozen: so
 * that readers need no deep copies, which cost most of a run.
 */
export function memoryJobs(memory: Memory): Jobs {
  const { jobs, results, index, joined, fresh } = memory;
  function put(job: Job): Job {
    const written = { ...job, history: Object.freeze([...job.history]) as Job['history'], version: fresh() };
    jobs.set(job.id, written);
    return { ...written };
  }

  return {
    async read(id) {
      const job = jobs.get(id);
      return job && { ...job };
    },
    async versions(jobId) {
      const hash = nameHashIn(jobId);
      return byKey(jobs, (id) => id.startsWith(hash)).map((job) => ({ ...job }));
    },
    async insert(job) {
      return jobs.has(job.id) ? undefined : put(job);
    },
    async write(job) {
      assert(job.version, `job ${job.id} is written without the version that was read`);
      return jobs.get(job.id)?.version === job.version ? put(job) : undefined;
    },
    async enlist(place, job) {
      const entry = entryOf(place, job);
      index.set(keyOf(entry), entry);
    },
    async drop(entry) {
      index.delete(keyOf(entry));
    },
    async waiting(actions, now, count) {
      const due = [...index.values()].filter(
        ({ place, action, at }) =>
          place === 'waiting' && at <= now && (actions.length === 0 || actions.includes(action)),
      );
      return due
        .sort(inOrder)
        .slice(0, count)
        .map((entry) => ({ ...entry }));
    },
    async listed(place) {
      const entries = [...index.values()].filter((entry) => entry.place === place);
      // The key of a resting entry says no more.
      return entries.map((entry) =>
        place === 'resting' ? { ...entry, action: '', priority: 0, at: 0 } : { ...entry },
      );
    },
    async page(source, count, continuation) {
      return pageOf(source, count, continuation, memory);
    },
    async join(rootJobId, jobId) {
      joined.set(rootJobId, new Set(joined.get(rootJobId)).add(jobId));
    },
    async record(job) {
      if (results.has(job.id)) return 'duplicate';
      results.set(job.id, { ...job });
      return 'new';
    },
  };
}

function keyOf({ place, jobId, attempt, action, priority, at }: IndexEntry): string {
  return place === 'resting'
    ? `${place} ${jobId} ${attempt}`
    : `${place} ${action} ${priority} ${at} ${jobId} ${attempt}`;
}

function inOrder(a: IndexEntry, b: IndexEntry): number {
  return a.priority - b.priority || a.at - b.at || (a.jobId < b.jobId ? -1 : 1);
}
