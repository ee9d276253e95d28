import type { TableEntity } from '@azure/data-tables';
import { AppError } from '../core/errors.ts';
import type { HistoryLine, Job } from '../core/job.ts';
import { isAction } from '../core/metadata.ts';
import { type JobState, jobMoves } from '../core/moves.ts';
import {
  countOf,
  fitting,
  listOf,
  numberOf,
  pastTimeOf,
  type Row,
  textOf,
  timeColumn,
  timeOf,
} from './columns.ts';

/** The partition of `tbljob` with a row per file version; only ever read by key. */
export const jobPartition = 'job';

/** The longest lease that the settings allow. */
const leaseMsMax = 7 * 24 * 60 * 60_000;

/** A job's row, whole. */
export function columnsOf(job: Job): TableEntity {
  // The client takes `etag` for the row's own.
  const { id, version, etag, history, ...columns } = job;
  const fitted = Object.entries(columns).map(([name, value]) => [
    name,
    typeof value === 'string' ? fitting(value) : value,
  ]);
  return {
    ...Object.fromEntries(fitted),
    partitionKey: jobPartition,
    rowKey: id,
    fileEtag: etag,
    leaseUntil: timeColumn(job.leaseUntil),
    begunAt: timeColumn(job.begunAt),
    notBefore: timeColumn(job.notBefore),
    insertedAt: timeColumn(job.insertedAt),
    completedAt: timeColumn(job.completedAt),
    history: historyColumn(history),
  };
}

/**
 * A job from its row. Throws `unreadable` if its state, its action or its attempt is none: guessing one could repeat its work,
 * or list it where nobody ever looks. What else makes no sense reads as its default.
 */
export function jobOf(row: Row): Job {
  const id = textOf(row.rowKey);
  const unreadable = (column: string) => {
    const value = textOf(row[column]).slice(0, 63);
    return new AppError('unreadable', `job ${id} has the ${column} '${value}', which is none`);
  };
  const state = textOf(row.state);
  if (!isJobState(state)) throw unreadable('state');
  const action = textOf(row.action);
  if (!isAction(action)) throw unreadable('action');
  const attempt = countOf(row.attempt);
  if (attempt === 0) throw unreadable('attempt');
  return {
    id,
    fileName: textOf(row.fileName),
    etag: textOf(row.fileEtag),
    action,
    priority: priorityOf(row.priority),
    state,
    attempt,
    vmName: textOf(row.vmName),
    leaseUntil: pastTimeOf(row.leaseUntil, leaseMsMax),
    begunAt: pastTimeOf(row.begunAt),
    notBefore: timeOf(row.notBefore),
    failedRuns: countOf(row.failedRuns),
    unreported: countOf(row.unreported),
    cause: textOf(row.cause),
    error: textOf(row.error),
    insertedAt: pastTimeOf(row.insertedAt),
    rootJobId: textOf(row.rootJobId),
    hop: countOf(row.hop),
    resultName: textOf(row.resultName),
    durationMs: Math.max(0, numberOf(row.durationMs)),
    completedAt: pastTimeOf(row.completedAt),
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
  return [{ at: timeOf(at), state, cause: textOf(cause), attempt: countOf(attempt), vmName: textOf(vmName) }];
}

/** One digit of a waiting entry's key; 5, as of a file that names none, where it is not. */
function priorityOf(value: unknown): number {
  const priority = numberOf(value);
  return Number.isInteger(priority) && priority >= 0 && priority <= 9 ? priority : 5;
}

function isJobState(text: string): text is JobState {
  return text !== 'none' && Object.hasOwn(jobMoves, text);
}
