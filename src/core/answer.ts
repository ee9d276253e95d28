import type { Job } from './job.ts';
import type { Rules } from './rules.ts';
import { timeLimitMsOf } from './time-limit.ts';

/** What a VM is told: whether it will be stopped, and the file to do now, already leased. */
export interface Answer {
  vmName: string;
  stop: boolean;
  next: Job | null;
}

/** The wire form of the file in an answer. Durations stand beside times, because a VM's clock may be wrong. */
export function leaseOf(job: Job, rules: Rules, now: number) {
  return {
    fileName: job.fileName,
    etag: job.etag,
    action: job.action,
    jobId: job.id,
    attempt: job.attempt,
    leaseUntil: new Date(job.leaseUntil).toISOString(),
    leaseSeconds: Math.max(0, Math.floor((job.leaseUntil - now) / 1000)),
    timeLimitSeconds: Math.floor(timeLimitMsOf(job.action, rules) / 1000),
  };
}
