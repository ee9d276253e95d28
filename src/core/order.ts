import { announce } from './announce.ts';
import { cannotTake } from './cannot-take.ts';
import { decide, type JobChange } from './decide.ts';
import { AppError } from './errors.ts';
import type { Job } from './job.ts';
import { list } from './list.ts';
import { jobPlaces } from './moves.ts';
import { isPermitted, type Order, orderRefused, orders } from './orders.ts';
import { refusal } from './refuse.ts';
import { unlist, unlistFromVm } from './unlist.ts';
import { readVersions } from './versions.ts';
import { sameName } from './vm.ts';
import type { World } from './world.ts';

/**
 * Does what an operator orders of a job: decide, list, unlist, and a row in the log. A job that is already where the order would
 * bring it is answered as it is, after carrying on with what an earlier call may have left half-done. Of a file that is in work
 * the lease ends at once with a cancel; its VM's agent learns that at its next renewal and kills the guest program.
 *
 * Returns the job as it then stands. Throws `not_found` for a job or VM that is not there, `move_refused` with why and with the
 * orders that are permitted.
 */
export async function order(jobId: string, given: Order, world: World): Promise<Job> {
  const startedAt = world.now();
  for (let tried: Job | undefined; ; ) {
    const job = await readJob(jobId, world);
    // By this very call, if its write went through and only the answer was lost; it may have moved on since.
    if (tried && isOrdered(job, given, startedAt)) return settle(job, tried, given, world);
    if (isThere(job, given)) return carryOn(job, given, world);
    if (!isPermitted(job, given.verb)) throw orderRefused(job, given.verb);
    const decided = await decide(job, orders[given.verb].to, await changeOf(job, given, world), world);
    if (decided) return settle(decided, job, given, world);
    tried = job;
  }
}

/** A job by its id. Throws `not_found`. */
export async function readJob(jobId: string, world: World): Promise<Job> {
  const job = await world.jobs.read(jobId);
  if (job) return job;
  throw new AppError('not_found', 'there is no job of this id');
}

/** A file in work on the VM that is named need not be assigned there. */
function isThere(job: Job, given: Order): boolean {
  if (given.verb === 'assign') return jobPlaces[job.state] === 'vm' && sameName(job.vmName, given.vmName);
  return job.state === orders[given.verb].to;
}

function isOrdered({ history }: Job, given: Order, startedAt: number): boolean {
  const { to } = orders[given.verb];
  return history.some(({ at, state, cause }) => state === to && cause === causeOf(given) && at >= startedAt);
}

/** The steps that follow a decision. */
async function settle(decided: Job, before: Job, given: Order, world: World): Promise<Job> {
  const listed = await list(decided, world);
  // What is deferred and then cancelled rests before and after, under the same key.
  const stays = jobPlaces[before.state] === jobPlaces[decided.state] && before.attempt === decided.attempt;
  if (!stays) await unlist(before, world);
  if (listed.state === orders[given.verb].to) await announce(listed, 'Operator', world);
  return mustBeOn(listed, given);
}

async function carryOn(job: Job, given: Order, world: World): Promise<Job> {
  const listed = await list(job, world);
  if (jobPlaces[job.state] !== 'vm' && job.vmName) await unlistFromVm(job.vmName, job, world);
  return mustBeOn(listed, given);
}

/** Between the look at the VM and the listing it may have been given another file; then this one has gone elsewhere. */
function mustBeOn(job: Job, given: Order): Job {
  if (given.verb !== 'assign' || sameName(job.vmName, given.vmName)) return job;
  throw orderRefused(job, 'assign', `${given.vmName} was given another file at that moment`);
}

type Change = JobChange & { cause: string };

function causeOf(given: Order): string {
  return given.verb === 'assign' ? `${given.vmName}: by an operator` : 'operator';
}

/** What an order changes besides the state. Throws what stands against it. */
async function changeOf(job: Job, given: Order, world: World): Promise<Change> {
  const cause = causeOf(given);
  switch (given.verb) {
    case 'cancel':
      return { cause, error: 'by an operator' };
    case 'defer':
      return { cause, error: 'by an operator', vmName: '' };
    case 'release':
      return { cause, error: 'released by an operator', vmName: '' };
    case 'retry':
      await mustBeRetryable(job, world);
      return {
        cause,
        error: 'an operator has it tried again',
        vmName: '',
        failedRuns: 0,
        unreported: 0,
        notBefore: 0,
      };
    case 'assign':
      return { cause, vmName: await nameOfTaker(job, given.vmName, world) };
  }
}

async function mustBeRetryable(job: Job, world: World): Promise<void> {
  const file = await world.files.head(job.fileName);
  if (!file) throw orderRefused(job, 'retry', 'the file is gone from data');
  if (file.etag !== job.etag)
    throw orderRefused(job, 'retry', 'the file was overwritten, and its new version is a job of its own');
  const refused = refusal(file, job.hop, world.rules);
  if (refused) throw orderRefused(job, 'retry', refused);
}

/** The VM's name as its row has it. */
async function nameOfTaker(job: Job, vmName: string, world: World): Promise<string> {
  const vm = await world.pool.read(vmName);
  if (!vm) throw new AppError('not_found', `there is no VM ${vmName} in the pool`);
  const { facts } = await readVersions(job.id, world);
  const why = cannotTake(vm, job, facts, world);
  if (why) throw orderRefused(job, 'assign', why);
  return vm.name;
}
