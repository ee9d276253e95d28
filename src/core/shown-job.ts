import type { HistoryLine, Job } from './job.ts';
import { permittedOrders } from './orders.ts';

/** The wire form of a job for operators. Times are ISO 8601, null where there is none. */
export function shownJob(job: Job) {
  const { id, leaseUntil, notBefore, insertedAt, completedAt, begunAt, history, version, ...rest } = job;
  return {
    jobId: id,
    ...rest,
    leaseUntil: timeOf(leaseUntil),
    notBefore: timeOf(notBefore),
    begunAt: timeOf(begunAt),
    insertedAt: timeOf(insertedAt),
    completedAt: timeOf(completedAt),
    history: history.map(shownLine),
    permitted: permittedOrders(job),
  };
}

export type ShownJob = ReturnType<typeof shownJob>;

function shownLine({ at, state, cause, attempt, vmName }: HistoryLine) {
  return { at: timeOf(at), state, cause, attempt, vmName };
}

function timeOf(ms: number): string | null {
  return ms > 0 ? new Date(ms).toISOString() : null;
}
