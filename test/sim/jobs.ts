import assert from 'node:assert';
import { entryOf } from '../../src/core/index-entry.ts';
import { type Job, nameHashIn } from '../../src/core/job.ts';
import type { IndexEntry, Jobs } from '../../src/core/world.ts';
import { byKey, type Memory } from './memory.ts';

/** The jobs, their indexes and their results in memory. */
export function memoryJobs({ jobs, results, index, joined, fresh }: Memory): Jobs {
  function put(job: Job): Job {
    const written = { ...structuredClone(job), version: fresh() };
    jobs.set(job.id, written);
    return structuredClone(written);
  }

  return {
    async read(id) {
      return structuredClone(jobs.get(id));
    },
    async versions(jobId) {
      return structuredClone(byKey(jobs).filter((job) => nameHashIn(job.id) === nameHashIn(jobId)));
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
      return structuredClone(due.sort(inOrder).slice(0, count));
    },
    async listed(place) {
      const entries = [...index.values()].filter((entry) => entry.place === place);
      // The key of a resting entry says no more.
      return entries.map((entry) =>
        place === 'resting' ? { ...entry, action: '', priority: 0, at: 0 } : { ...entry },
      );
    },
    async join(rootJobId, jobId) {
      joined.set(rootJobId, new Set(joined.get(rootJobId)).add(jobId));
    },
    async record(job) {
      if (results.has(job.id)) return 'duplicate';
      results.set(job.id, structuredClone(job));
      return 'new';
    },
  };
}

function keyOf({ place, jobId, attempt, action, priority, at }: IndexEntry): string {
  return place === 'resting'
    ? [place, jobId, attempt].join(' ')
    : [place, action, priority, at, jobId, attempt].join(' ');
}

function inOrder(a: IndexEntry, b: IndexEntry): number {
  return a.priority - b.priority || a.at - b.at || (a.jobId < b.jobId ? -1 : 1);
}
