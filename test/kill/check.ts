import type { Job } from '../../src/core/job.ts';
import { canMoveJob } from '../../src/core/moves.ts';
import type { Version } from './uploads.ts';

/** What there is when a world has come to rest, as far as it is judged. */
export interface Evidence {
  versions: readonly Version[];
  jobs: readonly Job[];
  results: readonly ResultRow[];
  /** Contents of the blobs in `results`, by name. */
  contents: ReadonlyMap<string, string>;
  /** Jobs that a VM's row or an index lists. */
  listed: ReadonlySet<string>;
  /** Those of them that `waiting` lists. */
  waiting: readonly string[];
  /** Names of the blobs in `data`. */
  inData: readonly string[];
  vms: readonly { name: string; state: string; power: string; listed: number }[];
  /** Messages in the queue of work, and how old each is. */
  messages: readonly { text: string; ageMs: number }[];
  /** Messages in its poison queue: nobody here writes what cannot be read. */
  poison: readonly string[];
}

export interface ResultRow {
  jobId: string;
  fileName: string;
  resultName: string;
}

/** One thing that is wrong. */
export interface Problem {
  text: string;
  /** The version that it is about. */
  jobId?: string;
}

/** A message that nobody needs any more may lie for two minutes; then the watchdog removes it, at one of its next ticks. */
export const messageAgeMsMax = 2 * 60_000 + 15_000;

/**
 * All that is wrong: an empty list says that nothing was lost, done twice or left running. No message may be older than `ageMsMax`:
 * none at all may be left if that is 0.
 */
export function problemsIn(evidence: Evidence, ageMsMax = messageAgeMsMax): Problem[] {
  return [
    ...evidence.versions.flatMap((version) => problemsOfVersion(version, evidence)),
    ...evidence.jobs.flatMap(problemsOfHistory),
    ...foreignResults(evidence),
    ...problemsLeft(evidence, ageMsMax).map((text) => ({ text })),
  ];
}

function problemsLeft({ waiting, inData, vms, messages, poison }: Evidence, ageMsMax: number): string[] {
  return [
    ...waiting.map((jobId) => `job ${jobId} is still listed as waiting`),
    ...inData.map((name) => `${name}: its blob is still in data`),
    ...vms.flatMap(problemsOfVm),
    ...messages
      .filter(({ ageMs }) => ageMs > ageMsMax)
      .map(({ text, ageMs }) => `a message is ${Math.round(ageMs / 1000)} s old: ${text}`),
    ...poison.map((text) => `a message was moved to poison: ${text}`),
  ];
}

function problemsOfVersion(version: Version, { jobs, results, contents, listed }: Evidence): Problem[] {
  const { jobId, fileName, content, isOverwritten } = version;
  const say = (what: string) => [{ text: `${fileName} (job ${jobId}): ${what}`, jobId }];
  const job = jobs.find(({ id }) => id === jobId);
  const rows = results.filter((row) => row.jobId === jobId);
  const [row] = rows;
  if (rows.length > 1) return say(`${rows.length} result rows`);
  // Overwritten before anybody looked, or before a VM had read it: then there is nothing to have a result of.
  if (!row && isOverwritten && (!job || isOverwrittenAway(job) || isForgotten(job, listed))) return [];
  if (!job) return say(row ? 'a result row, but no job' : 'lost: no job and no result row');
  if (!row) return say(`no result row; the job is ${job.state} (${job.cause || 'no cause'}) ${job.error}`);
  if (job.state !== 'completed') return say(`a result row, but the job is ${job.state} (${job.cause})`);
  if (row.fileName !== fileName) return say(`its result row is about ${row.fileName}`);
  if (row.resultName !== job.resultName)
    return say(`row and job name different results: ${row.resultName} and ${job.resultName}`);
  const found = contents.get(row.resultName);
  if (found === undefined) return say(`its result ${row.resultName} is not in results`);
  if (found !== content) return say(`its result is that of something else: ${found.slice(0, 80)}`);
  return [];
}

function isOverwrittenAway({ state, cause }: Job): boolean {
  return state === 'cancelled' && (cause === 'superseded' || cause === 'gone');
}

/**
 * A job that stopped half-way between two places, and whose file was then overwritten: nothing leads to it any more, and there is
 * nothing left to work on (design, I1: a version that is listed somewhere, or stands in `data`, ends).
 */
export function isForgotten({ id, state }: Job, listed: ReadonlySet<string>): boolean {
  return (state === 'received' || state === 'assigned' || state === 'processing') && !listed.has(id);
}

/** Every move is one of the table, and a file is completed once. */
function problemsOfHistory({ id, fileName, history }: Job): Problem[] {
  const say = (what: string) => ({ text: `${fileName} (job ${id}): ${what}`, jobId: id });
  const moves = history.slice(1).map(({ state }, index) => [history[index]?.state ?? 'none', state] as const);
  const wrong = moves.filter(([from, to]) => !canMoveJob(from, to));
  const completed = history.filter(({ state }) => state === 'completed').length;
  return [
    ...wrong.map(([from, to]) => say(`it went from ${from} to ${to}`)),
    ...(completed > 1 ? [say(`completed ${completed} times`)] : []),
  ];
}

function foreignResults({ versions, results }: Evidence): Problem[] {
  const known = new Set(versions.map(({ jobId }) => jobId));
  return results
    .filter(({ jobId }) => !known.has(jobId))
    .map(({ jobId, fileName }) => ({
      text: `${fileName} (job ${jobId}): a result row of a version that nobody uploaded`,
      jobId,
    }));
}

function problemsOfVm({ name, state, power, listed }: Evidence['vms'][number]): string[] {
  if (state === 'deallocated' && power === 'deallocated' && listed === 0) return [];
  return [`${name}: its row says ${state} with ${listed} files, and its power is ${power}`];
}
