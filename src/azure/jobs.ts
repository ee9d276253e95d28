import assert from 'node:assert';
import { odata } from '@azure/data-tables';
import { isAppError } from '../core/errors.ts';
import { entryOf } from '../core/index-entry.ts';
import { nameHashIn } from '../core/job.ts';
import type { Jobs } from '../core/world.ts';
import { asKey, isKey, textOf } from './columns.ts';
import { ifThere, translated } from './errors.ts';
import { columnsOf as indexColumnsOf, keyOf } from './index-row.ts';
import { readPage, rootPartition } from './job-page.ts';
import { columnsOf, jobOf, jobPartition } from './job-row.ts';
import { resultColumnsOf } from './result-row.ts';
import type { Storage } from './storage.ts';
import { dropRow, insertRow, listRows, writeIfUnchanged } from './table.ts';
import { readWaiting } from './waiting.ts';
import { readAllWaiting, readResting } from './whole-index.ts';

/** The jobs, their indexes and their results, in `tbljob` and `tblresults`. */
export function azureJobs({ tbljob, tblresults }: Storage): Jobs {
  return {
    async read(id) {
      if (!isKey(id)) return undefined;
      const row = await ifThere(() => tbljob.getEntity(jobPartition, id));
      return row && jobOf(row);
    },
    async versions(jobId) {
      const first = nameHashIn(jobId);
      // Ids go on in hexadecimal digits, all of which come before `g`.
      const filter = odata`PartitionKey eq ${jobPartition} and RowKey ge ${first} and RowKey lt ${`${first}g`}`;
      // One version that somebody has made unreadable is no reason to lose the others; the one asked for is.
      return (await listRows(tbljob, filter)).flatMap((row) => {
        try {
          return jobOf(row);
        } catch (error) {
          if (textOf(row.rowKey) === jobId || !isAppError(error, 'unreadable')) throw error;
          return [];
        }
      });
    },
    async insert(job) {
      const version = await insertRow(tbljob, columnsOf(job));
      return version === undefined ? undefined : { ...job, version };
    },
    async write(job) {
      assert(job.version, `job ${job.id} is written without the version that was read`);
      const version = await writeIfUnchanged(tbljob, columnsOf(job), 'Replace', job.version);
      return version === undefined ? undefined : { ...job, version };
    },
    async enlist(place, job) {
      const row = indexColumnsOf(entryOf(place, job), job.fileName);
      await translated(() => tbljob.upsertEntity(row, 'Replace'));
    },
    async drop(entry) {
      const { partitionKey, rowKey } = keyOf(entry);
      await dropRow(tbljob, partitionKey, rowKey);
    },
    waiting: (actions, now, count) => readWaiting(tbljob, actions, now, count),
    listed: (place) => (place === 'waiting' ? readAllWaiting(tbljob) : readResting(tbljob)),
    page: (source, count, continuation) => readPage({ tbljob, tblresults }, source, count, continuation),
    async join(rootJobId, jobId) {
      const row = { partitionKey: asKey(rootPartition(rootJobId)), rowKey: asKey(jobId) };
      await translated(() => tbljob.upsertEntity(row, 'Replace'));
    },
    async record(job) {
      return (await insertRow(tblresults, resultColumnsOf(job))) === undefined ? 'duplicate' : 'new';
    },
  };
}
