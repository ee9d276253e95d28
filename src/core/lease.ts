import { announce } from './announce.ts';
import type { Answer } from './answer.ts';
import { decideAway } from './decide-away.ts';
import { AppError } from './errors.ts';
import { fail } from './fail.ts';
import { greet, hear } from './greet.ts';
import type { Job } from './job.ts';
import { list } from './list.ts';
import { carryOn } from './live.ts';
import type { Report } from './report.ts';
import { timeLimitMsOf } from './time-limit.ts';
import { unlist } from './unlist.ts';
import { sameName } from './vm.ts';
import type { World } from './world.ts';

/** Which lease a VM speaks of. */
export interface Lease {
  vmName: string;
  jobId: string;
  attempt: number;
}

/**
 * Renews a lease: from now on for its full length. Throws `lease_lost` if the file is no longer this VM's, also because its run
 * has gone on for a lease longer than its action may take: the agent, which keeps the limit itself, has not ended it.
 */
export async function renew(lease: Lease, world: World): Promise<Answer> {
  const vm = await greet(lease.vmName, world);
  for (let isHeard = false; ; isHeard = true) {
    const job = await world.jobs.read(lease.jobId);
    if (!isHeld(job, lease)) throw leaseLost(job, lease);
    if (!isHeard) await hear(vm, true, world);
    const overtime = overtimeOf(job, world);
    if (overtime) {
      await fail(job, { ...lease, ...overtime }, vm, world);
      throw new AppError('lease_lost', `${overtime.error}: stop working on it`);
    }
    const renewed = await world.jobs.write({ ...job, leaseUntil: world.now() + world.rules.leaseMs });
    if (renewed) return { vmName: vm.name, stop: false, next: renewed };
  }
}

/**
 * Releases a lease: the file goes back to waiting, for whoever has room. It counts as a run without a report.
 * Throws `lease_lost` if the file is no longer this VM's, after carrying on with what an earlier release may have begun.
 */
export async function release(lease: Lease, world: World): Promise<Answer> {
  const vm = await greet(lease.vmName, world);
  for (;;) {
    const job = await world.jobs.read(lease.jobId);
    if (!isHeld(job, lease)) {
      if (job) await carryOn(job, vm, world);
      throw leaseLost(job, lease);
    }
    const away = await decideAway(job, `${vm.name} handed it back`, world);
    if (!away) continue;
    const listed = await list(away, world);
    await unlist(job, world);
    await announce(listed, 'Vmstop', world);
    return { vmName: vm.name, stop: false, next: null };
  }
}

/** The report that a run deserves which does not end; undefined while it has time. */
function overtimeOf(job: Job, { rules, now }: World): Omit<Report, keyof Lease> | undefined {
  const limitMs = timeLimitMsOf(job.action, rules);
  if (job.begunAt === 0 || now() - job.begunAt <= limitMs + rules.leaseMs) return undefined;
  const error = `its run did not end at the time limit of ${limitMs / 1000} s for ${job.action}`;
  return { status: 'failed', resultName: '', error, durationMs: now() - job.begunAt };
}

function isHeld(job: Job | undefined, lease: Lease): job is Job {
  return job?.state === 'processing' && job.attempt === lease.attempt && sameName(job.vmName, lease.vmName);
}

function leaseLost(job: Job | undefined, { vmName, jobId, attempt }: Lease): AppError {
  const now = job ? `${job.state}, attempt ${job.attempt}` : 'unknown';
  return new AppError(
    'lease_lost',
    `${vmName} no longer holds job ${jobId}, attempt ${attempt} (it is ${now}): stop working on it`,
  );
}
