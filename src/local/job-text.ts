import type { ShownJob } from '../core/shown-job.ts';
import { formatRows } from './rows.ts';

/** A job with its history as text, for a terminal or a ticket. */
export function jobText(job: ShownJob): string {
  const { jobId, fileName, etag, state, cause, error, attempt, failedRuns, unreported, permitted } = job;
  const facts = {
    job: jobId,
    file: `${fileName} (version ${etag})`,
    state: [state, cause && `(${cause})`].filter(Boolean).join(' '),
    why: error,
    attempt: `${attempt}, failed runs ${failedRuns}, without a report ${unreported}`,
    VM: job.vmName,
    'lease until': job.leaseUntil,
    'not before': job.notBefore,
    action: `${job.action}, priority ${job.priority}`,
    inserted: job.insertedAt,
    completed: job.completedAt,
    result: job.resultName && `${job.resultName} after ${job.durationMs} ms`,
    'came from': job.rootJobId === jobId ? '' : `job ${job.rootJobId}, by ${job.hop} VMs`,
    permitted: permitted.join(', ') || 'nothing',
  };
  const lines = Object.entries(facts).flatMap(([name, value]) =>
    value ? [`${name.padEnd(12)}${value.replaceAll('\n', `\n${' '.repeat(12)}`)}`] : [],
  );
  return [...lines, '', formatRows(job.history, ['at', 'state', 'attempt', 'vmName', 'cause'])].join('\n');
}

/** What was found, a line a job, and how to go on. */
export function jobsText(found: { jobs: ShownJob[]; unreadable: string[]; continuation?: string }): string {
  const { jobs, unreadable, continuation } = found;
  const columns = ['jobId', 'state', 'attempt', 'vmName', 'action', 'insertedAt', 'fileName', 'error'];
  return [
    jobs.length > 0 ? formatRows(jobs, columns) : 'no such job on this page',
    ...unreadable.map((id) => `${id} cannot be read: somebody has edited its row in tbljob`),
    ...(continuation === undefined ? [] : [`more: --continuation ${continuation}`]),
  ].join('\n');
}
