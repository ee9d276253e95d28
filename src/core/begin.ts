import { announce } from './announce.ts';
import { decide } from './decide.ts';
import { decideAway } from './decide-away.ts';
import type { Job } from './job.ts';
import { list } from './list.ts';
import { isLive, readListed } from './live.ts';
import { unlistFromVm } from './unlist.ts';
import type { Entry, Vm } from './vm.ts';
import type { World } from './world.ts';

/** What part of a lease a question may be repeated in: a minute of the five that are the default. */
const repeatsPerLease = 5;

/**
 * Begins the first live file of a VM's row: its job goes to `processing` with a lease by one conditional write, then its
 * message is deleted. Asked again, it hands out the same file again, and counts that as a run without report. Stale entries that it meets are listed
 * where their job says and dropped. Returns the job; undefined if nothing on the row is live.
 */
export async function beginFirst(vm: Vm, world: World): Promise<Job | undefined> {
  for (const entry of vm.files) {
    const job = await begin(vm, entry, world);
    if (job) return job;
    await unlistFromVm(vm.name, { id: entry.jobId, attempt: entry.attempt }, world);
  }
  return undefined;
}

/**
 * Begins a job that was just listed for the caller; undefined if it has moved on since, perhaps by another call of the same VM
 * that found it on the row before this one did.
 */
export async function beginTaken(job: Job, world: World): Promise<Job | undefined> {
  if (job.state !== 'assigned') return undefined;
  const now = world.now();
  return decide(
    job,
    'processing',
    { leaseUntil: now + world.rules.leaseMs, begunAt: now, cause: 'claimed' },
    world,
  );
}

async function begin(vm: Vm, entry: Entry, world: World): Promise<Job | undefined> {
  for (;;) {
    const job = await readListed(entry, vm, world);
    if (!job) return undefined;
    if (!isLive(entry, vm, job)) {
      await list(job, world);
      return undefined;
    }
    const begun = job.state === 'assigned' ? await beginTaken(job, world) : await beginAgain(job, world);
    if (begun?.state !== 'processing') continue;
    if (entry.ticket) await world.messages.remove(entry.ticket);
    return begun;
  }
}

/**
 * Hands out a file once more, with a new lease, unless that is once too often: then it has failed. A question that is repeated
 * within moments is one whose answer was lost, and says nothing against the file.
 */
async function beginAgain(job: Job, world: World): Promise<Job | undefined> {
  const now = world.now();
  const again = { ...job, leaseUntil: now + world.rules.leaseMs };
  if (now - job.begunAt < world.rules.leaseMs / repeatsPerLease) return world.jobs.write(again);
  if (job.unreported < world.rules.unreportedMax) {
    const begun = await world.jobs.write({ ...again, begunAt: now, unreported: job.unreported + 1 });
    if (begun) await announceAgain(begun, world);
    return begun;
  }
  const failed = await decideAway(job, '', world);
  if (failed) await announce(failed, 'Vmstop', world);
  return failed;
}

/** It is no move, and yet something has gone wrong: perhaps the agent died, and was started again. */
async function announceAgain(job: Job, world: World): Promise<void> {
  const { fileName, vmName, id: jobId, attempt, unreported } = job;
  await world.log({
    writer: 'Vmstop',
    level: 'warning',
    event: 'begun-again',
    message: `${fileName} is begun again on ${vmName}, attempt ${attempt}: its last run there ended without a report (${unreported} of at most ${world.rules.unreportedMax})`,
    fileName,
    vmName,
    jobId,
    at: world.now(),
  });
}
