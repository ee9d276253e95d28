import type { TableEntity } from '@azure/data-tables';
import { AppError } from '../core/errors.ts';
import type { HistoryLine, Job } from '../core/job.ts';
import { type JobState, jobMoves } from '../core/moves.ts';
import { fitting, listOf, numberOf, type Row, textOf, timeColumn, timeOf } from './columns.ts';

/** The partition of `tbljob` with a row per file version; only ever read by key. */
export const jobPartition = 'job';

/** A job's row, whole. */
export function columnsOf(job: Job): TableEntity {
  // The client takes `etag` for the row's own.
  const { id, version, etag, history, ...columns } = job;
  return {
    ...columns,
    partitionKey: jobPartition,
    rowKey: id,
    fileEtag: etag,
    cause: fitting(job.cause),
    error: fitting(job.error),
    leaseUntil: timeColumn(job.leaseUntil),
    begunAt: timeColumn(job.begunAt),
    notBefore: timeColumn(job.notBefore),
    insertedAt: timeColumn(job.insertedAt),
    completedAt: timeColumn(job.completedAt),
    history: historyColumn(history),
  };
}

/** A job from its row. Throws `unreadable` if its state is none: guessing one could repeat or lose its work. */
export function jobOf(row: Row): Job {
  const id = textOf(row.rowKey);
  const state = textOf(row.state);
  if (!isJobState(state))
    throw new AppError('unreadable', `job ${id} has the state '${state}', which is none`);
  return {
    id,
    fileName: textOf(row.fileName),
    etag: textOf(row.fileEtag),
    action: textOf(row.action),
    priority: numberOf(row.priority),
    state,
    attempt: numberOf(row.attempt),
    vmName: textOf(row.vmName),
    leaseUntil: timeOf(row.leaseUntil),
    begunAt: timeOf(row.begunAt),
    notBefore: timeOf(row.notBefore),
    failedRuns: numberOf(row.failedRuns),
    unreported: numberOf(row.unreported),
    cause: textOf(row.cause),
    error: textOf(row.error),
    insertedAt: timeOf(row.insertedAt),
    rootJobId: textOf(row.rootJobId),
    hop: numberOf(row.hop),
    resultName: textOf(row.resultName),
    durationMs: numberOf(row.durationMs),
    completedAt: timeOf(row.completedAt),
    history: listOf(row.history).flatMap(historyLineOf),
    version: textOf(row.etag),
  };
}

/** As many of the latest lines as one property holds: a job must not get stuck on the length of its story. */
function historyColumn(history: readonly HistoryLine[]): string {
  const text = JSON.stringify(history.map((line) => ({ ...line, at: timeColumn(line.at) })));
  return fitting(text) === text ? text : historyColumn(history.slice(1));
}

function historyLineOf(value: unknown): HistoryLine[] {
  if (typeof value !== 'object' || value === null) return [];
  const line: Row = { ...value };
  const state = textOf(line.state);
  if (!isJobState(state)) return [];
  const { at, cause, attempt, vmName } = line;
  return [
    { at: timeOf(at), state, cause: textOf(cause), attempt: numberOf(attempt), vmName: textOf(vmName) },
  ];
}

function isJobState(text: string): text is JobState {
  return text !== 'none' && Object.hasOwn(jobMoves, text);
}
