import { announce } from './announce.ts';
import type { Answer } from './answer.ts';
import { decide } from './decide.ts';
import { AppError } from './errors.ts';
import { greet } from './greet.ts';
import type { Job } from './job.ts';
import { list } from './list.ts';
import { unlist } from './unlist.ts';
import { sameName } from './vm.ts';
import type { World } from './world.ts';

/** Which lease a VM speaks of. */
export interface Lease {
  vmName: string;
  jobId: string;
  attempt: number;
}

/** Renews a lease: from now on for its full length. Throws `lease_lost` if the file is no longer this VM's. */
export async function renew(lease: Lease, world: World): Promise<Answer> {
  const vm = await greet(lease.vmName, true, world);
  for (;;) {
    const job = await held(lease, world);
    const renewed = await world.jobs.write({ ...job, leaseUntil: world.now() + world.rules.leaseMs });
    if (renewed) return { vmName: vm.name, stop: false, next: renewed };
  }
}

/**
 * Releases a lease: the file goes back to waiting, for whoever has room. It counts as a run without a report.
 * Throws `lease_lost` if the file is no longer this VM's, so that a repeated release does no harm.
 */
export async function release(lease: Lease, world: World): Promise<Answer> {
  const vm = await greet(lease.vmName, true, world);
  for (;;) {
    const job = await held(lease, world);
    const cause = `${vm.name} handed it back`;
    const unreported = job.unreported + 1;
    const received = await decide(job, 'received', { vmName: '', unreported, cause }, world);
    if (!received) continue;
    const listed = await list(received, world);
    await unlist(job, world);
    await announce(listed, 'Vmstop', world);
    return { vmName: vm.name, stop: false, next: null };
  }
}

async function held(lease: Lease, world: World): Promise<Job> {
  const job = await world.jobs.read(lease.jobId);
  if (job?.state === 'processing' && job.attempt === lease.attempt && sameName(job.vmName, lease.vmName))
    return job;
  const now = job ? `${job.state}, attempt ${job.attempt}` : 'unknown';
  throw new AppError(
    'lease_lost',
    `${lease.vmName} no longer holds job ${lease.jobId}, attempt ${lease.attempt} (it is ${now}): stop working on it`,
  );
}
