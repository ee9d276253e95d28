import { createHash } from 'node:crypto';
import type { JobState } from './moves.ts';

/**
 * One version of one file, and all that is decided about it. Its row in `tbljob` alone says what is true of it;
 * VM rows, waiting and resting rows and messages are pointers to it that may be stale.
 */
export interface Job {
  /** {@link jobIdOf} the file's name and ETag. */
  id: string;
  fileName: string;
  /** The blob's ETag, without quotes. */
  etag: string;
  action: string;
  /** 0 (first) to 9. */
  priority: number;
  state: JobState;
  /** Rises by one whenever the job changes VM or goes back to waiting; what speaks of an older one is stale. */
  attempt: number;
  /** The VM it is assigned to, was processed by or failed on; '' while it waits. */
  vmName: string;
  /** When the lease ends (ms since the epoch); 0 while nobody holds one. */
  leaseUntil: number;
  /** When the present run was begun, as far as we counted it (ms since the epoch); its time limit counts from here. */
  begunAt: number;
  /** Not to be handed out before (ms since the epoch); 0 = at once. */
  notBefore: number;
  /** Runs that the guest program reported as failed. */
  failedRuns: number;
  /** Runs that were begun and never reported, repeated hand-outs included. */
  unreported: number;
  /** Why it is in this state, a word for programs: `refused`, `guest`, `superseded`, `gone`, `unreported`, … */
  cause: string;
  /** The same for people, one line. */
  error: string;
  /** When the row was inserted (ms since the epoch). */
  insertedAt: number;
  /** The first job of the file that this one came from; its own id for a file from outside. */
  rootJobId: string;
  /** How many VMs handed the file on before; 0 for a file from outside. */
  hop: number;
  /** The facts of the accepted result, once completed. */
  resultName: string;
  durationMs: number;
  completedAt: number;
  /** The latest moves, oldest first, capped. */
  history: HistoryLine[];
  /** ETag of the row as read or written last; every write names it. */
  version: string;
}

export interface HistoryLine {
  /** ms since the epoch. */
  at: number;
  state: JobState;
  cause: string;
  attempt: number;
  vmName: string;
}

/** Lines of history that a job row keeps: 60 fit one property of 32,768 UTF-16 units many times over. */
export const historyLinesMax = 60;

/** Hex digits of the file name's hash in a job id: all versions of a file are one key range. */
const nameHashLength = 24;
const etagHashLength = 16;

/** Job id of one version of a file: hash of the name, then hash of the ETag (without quotes). */
export function jobIdOf(fileName: string, etag: string): string {
  return nameHashOf(fileName) + hash(etag, etagHashLength);
}

/** The first part of the job ids of all versions of a file. */
export function nameHashOf(fileName: string): string {
  return hash(fileName, nameHashLength);
}

/** The same, from the id of one of them. */
export function nameHashIn(jobId: string): string {
  return jobId.slice(0, nameHashLength);
}

/** Whether a text can be a job id. */
export function isJobId(text: string): boolean {
  return text.length === nameHashLength + etagHashLength && /^[0-9a-f]+$/.test(text);
}

/** Whether a job id belongs to some version of this file. */
export function isVersionOf(jobId: string, fileName: string): boolean {
  return jobId.startsWith(nameHashOf(fileName));
}

function hash(text: string, length: number): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, length);
}

/**
 * The time in a waiting entry's key: when the job is due. Its age counts from its insertion, so that a file handed
 * back by a dead VM does not queue again behind everybody. The attempt keeps the keys of two attempts apart: whoever
 * drops a stale entry can never drop its successor.
 */
export function dueAt(job: Job): number {
  return Math.max(job.notBefore, job.insertedAt + job.attempt - 1);
}
