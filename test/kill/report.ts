import type { Job } from '../../src/core/job.ts';
import type { Row } from '../../src/local/rows.ts';
import { isForgotten } from './check.ts';
import { faultKinds } from './faults.ts';
import type { RunOutcome } from './run.ts';
import { strikes } from './strikes.ts';

/** One line for a run: what passed through, what was done to it, what came of it. */
export function summaryOf(outcome: RunOutcome, files: number): string {
  const { evidence, problems, elapsedMs, drainMs } = outcome;
  const struck = countsOf(outcome.strikes, [...Object.keys(strikes), 'event lost']);
  const atWork = outcome.strikes.get('at work') ?? 0;
  const failed = countsOf(outcome.faults, ['delay', ...faultKinds]);
  const forgotten = evidence.jobs.filter((job) => isForgotten(job, evidence.listed)).length;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`;
  return [
    `${files} files, ${evidence.versions.length} versions, ${evidence.results.length} results, ${evidence.messages.length} messages left`,
    `struck: ${struck} (${atWork} files in processing)`,
    `faults: ${failed}`,
    `${seconds(elapsedMs)}, at rest ${seconds(drainMs)} after the last harm`,
    ...(forgotten > 0 ? [`${forgotten} overwritten versions forgotten half-way`] : []),
    problems.length === 0 ? 'ok' : `${problems.length} PROBLEMS`,
  ].join('; ');
}

function countsOf(counts: ReadonlyMap<string, number>, kinds: readonly string[]): string {
  return kinds
    .filter((kind) => (counts.get(kind) ?? 0) > 0)
    .map((kind) => `${counts.get(kind)} ${kind}`)
    .join(', ');
}

const problemsMax = 10;

/** What is wrong, each file with its job's history and what the log says of it. */
export function describeProblems({ problems, evidence, logRows }: RunOutcome): string {
  const shown = problems.slice(0, problemsMax).flatMap((problem) => {
    const job = evidence.jobs.find(({ id }) => id === problem.jobId);
    return [`- ${problem.text}`, ...(job ? [...historyOf(job), ...logOf(job, logRows)] : [])];
  });
  const more = problems.length - problemsMax;
  return [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}

function historyOf({ history, attempt, unreported, failedRuns }: Job): string[] {
  return [
    `    attempt ${attempt}, ${unreported} unreported, ${failedRuns} failed runs`,
    ...history.map(
      ({ at, state, attempt, vmName, cause }) =>
        `    ${new Date(at).toISOString()} ${state} ${attempt} ${vmName} ${cause}`,
    ),
  ];
}

function logOf({ fileName }: Job, logRows: readonly Row[]): string[] {
  return logRows
    .filter((row) => row.FileName === fileName)
    .map((row) => `${row.DateTime} ${row.PartitionKey ?? row.partitionKey} ${row.VmName} ${row.Message}`)
    .sort()
    .map((line) => `    log: ${line}`);
}
