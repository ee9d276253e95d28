import assert from 'node:assert';
import { choose } from './choose.ts';
import { close } from './close.ts';
import { decide } from './decide.ts';
import { decideAway } from './decide-away.ts';
import type { Job } from './job.ts';
import { jobPlaces } from './moves.ts';
import { mustRead } from './must-read.ts';
import { canDo, hasRoom, keepsVersionsApart, type VersionFacts } from './room.ts';
import { start } from './start.ts';
import { isStaleEntryOf, removeMessages } from './unlist.ts';
import { readVersions } from './versions.ts';
import type { Entry, Vm } from './vm.ts';
import { moveVm, sameName } from './vm.ts';
import type { World } from './world.ts';

/** How a job is listed on a VM. */
export interface Listing {
  /** A closed job whose entry it replaces, in the same write: the row never shows room that is about to be used. */
  replaces?: Pick<Job, 'id' | 'attempt'> | undefined;
  /** The VM is told in the answer to its own call, and needs no message. */
  isTold?: boolean;
}

/**
 * Lists: puts a job where its row says it belongs, and finishes closing it where it is completed. The second of the
 * three steps of every change, and the one repair of everything half-done: it may be repeated by anybody at any time.
 *
 * Returns the job as it then stands: a VM that accepts no more sends it elsewhere.
 */
export async function list(job: Job, world: World, listing: Listing = {}): Promise<Job> {
  const place = jobPlaces[job.state];
  switch (place) {
    case 'waiting':
    case 'resting':
      await world.jobs.enlist(place, job);
      return job;
    case 'closed':
      await close(job, world);
      return job;
    case 'vm':
      return listOnVm(job, world, listing);
  }
}

async function listOnVm(job: Job, world: World, listing: Listing): Promise<Job> {
  const at = world.now();
  for (let mayHaveWoken = false; ; ) {
    // The VM row is read before the job row: whatever is then written with that VM row's ETag was still true of the job
    // after the row had been read.
    const row = await world.pool.read(job.vmName);
    const { current, facts } = await readVersions(job.id, world);
    assert(current, `job ${job.id} has vanished from tbljob; rows there are never deleted`);
    if (!isSamePlace(job, current)) return list(current, world);

    const known = row?.files.find((entry) => isEntryOf(entry, current));
    if (row && known) {
      // Perhaps by a write of ours whose answer was lost: then what should have followed it is still to be done.
      if (mayHaveWoken && known.at === at && row.state === 'starting') await start(row, 'Vmselector', world);
      if (!known.ticket) await tell(current, row, listing, world);
      return current;
    }
    const replaced =
      row?.files.filter((entry) => listing.replaces && isStaleEntryOf(entry, listing.replaces)) ?? [];
    const vm = row && { ...row, files: row.files.filter((entry) => !replaced.includes(entry)) };
    if (!vm || !accepts(vm, current, facts, world)) return sendElsewhere(current, vm, facts, world);

    await removeMessages(replaced, world);
    const wakes = vm.state === 'deallocated';
    const files = [...vm.files, { jobId: current.id, attempt: current.attempt, at }];
    const listed = await world.pool.write({ ...(wakes ? waking(vm, at) : vm), files });
    mayHaveWoken ||= wakes;
    if (!listed) continue;
    if (wakes) await start(listed, 'Vmselector', world);
    await tell(current, listed, listing, world);
    return current;
  }
}

function waking(vm: Vm, now: number): Vm {
  return { ...moveVm(vm, 'starting', now), startedAt: now, silentAt: 0 };
}

/** A job in processing is its VM's whatever room there is: it is listed again unless the VM is being stopped. */
function accepts(vm: Vm, job: Job, facts: VersionFacts, world: World): boolean {
  if (job.state === 'processing') return vm.state !== 'stopping';
  return (
    canDo(vm, job.action) &&
    hasRoom(vm, world.rules, world.now()) &&
    keepsVersionsApart(vm, job, facts, world.rules, world.now())
  );
}

/**
 * Decides again for a job whose VM cannot have it listed: another VM, or waiting. One in processing keeps its lease:
 * nothing is done before it has run out, and whoever looks next finds it.
 */
async function sendElsewhere(job: Job, vm: Vm | undefined, facts: VersionFacts, world: World): Promise<Job> {
  if (job.state === 'processing' && job.leaseUntil > world.now()) return job;
  const cause = vm ? `${vm.name} takes no more` : `${job.vmName} is not in the pool`;
  const { vm: other, why } = choose(await world.pool.list(), job, facts, world);
  const isAssigned = job.state === 'assigned';
  const next =
    isAssigned && other
      ? await decide(job, 'assigned', { vmName: other.name, cause: why }, world)
      : await decideAway(job, cause, world);
  return list(next ?? (await mustRead(job.id, world)), world);
}

/**
 * Tells a VM of an assigned file by a message, and stores its ticket in the entry. If the entry has gone meanwhile, or has the
 * ticket of another's message, this one is taken back.
 */
async function tell(job: Job, vm: Vm, listing: Listing, world: World): Promise<void> {
  if (job.state !== 'assigned' || listing.isTold) return;
  const ticket = await world.messages.send({
    vmName: vm.name,
    fileName: job.fileName,
    action: job.action,
    jobId: job.id,
    attempt: job.attempt,
  });
  for (let row: Vm | undefined = vm; row; row = await world.pool.read(vm.name)) {
    if (row.files.find((entry) => isEntryOf(entry, job))?.ticket !== undefined) break;
    if (!row.files.some((entry) => isEntryOf(entry, job))) break;
    const files = row.files.map((entry) => (isEntryOf(entry, job) ? { ...entry, ticket } : entry));
    if (await world.pool.write({ ...row, files })) return;
  }
  await world.messages.remove(ticket);
}

function isEntryOf(entry: Entry, job: Job): boolean {
  return entry.jobId === job.id && entry.attempt === job.attempt;
}

function isSamePlace(a: Job, b: Job): boolean {
  const isOnVm = (job: Job) => jobPlaces[job.state] === 'vm';
  return isOnVm(a) && isOnVm(b) && a.attempt === b.attempt && sameName(a.vmName, b.vmName);
}
