import type { Job } from '../../src/core/job.ts';
import { canMoveJob, canMoveVm } from '../../src/core/moves.ts';
import { sameName, type Vm } from '../../src/core/vm.ts';
import type { World } from '../../src/core/world.ts';
import { type Actor, count, type Sim, violate } from './sim.ts';

/** Within which deallocate may be called after `stopping` was written. */
const deallocateMsMax = 20_000;

/** The world with the safety invariants checked at every effect, whoever had it. */
export function watchedWorld(world: World, actor: Actor, sim: Sim): World {
  const { memory } = sim;
  const must = (invariant: string, holds: boolean, what: () => string) => {
    if (!holds) violate(sim, `${invariant} ${what()} (${actor.name}, ${actor.intent.verb})`);
  };
  const jobBefore = (id: string) => structuredClone(memory.jobs.get(id));
  const isListed = (job: Job) =>
    [...memory.vms.values()].some((vm) => sameName(vm.name, job.vmName) && lists(vm, job.id, job.attempt));

  return {
    ...world,
    jobs: {
      ...world.jobs,
      async insert(job) {
        const inserted = await world.jobs.insert(job);
        if (inserted) {
          must('I6', canMoveJob('none', inserted.state), () => `a job begins as ${inserted.state}`);
          count(sim, `move none ${inserted.state}`);
        }
        return inserted;
      },
      async write(job) {
        const before = jobBefore(job.id);
        const written = await world.jobs.write(job);
        if (written && before) {
          checkMove(before, written, must, sim);
          checkLease(before, written, actor, must, sim);
          if (written.state === 'processing')
            must('I3', isListed(written), () => `${name(written)} is in processing and not listed`);
        }
        return written;
      },
      async record(job) {
        const recorded = await world.jobs.record(job);
        const row = memory.jobs.get(job.id);
        const result = memory.results.get(job.id);
        must('I1', row?.state === 'completed', () => `a result row for ${name(job)}, which is ${row?.state}`);
        must(
          'I5',
          result?.vmName === row?.vmName && result?.resultName === row?.resultName,
          () => `the result row of ${name(job)} is not what was accepted`,
        );
        return recorded;
      },
    },
    pool: {
      ...world.pool,
      async write(vm) {
        const before = structuredClone(memory.vms.get(vm.name));
        const written = await world.pool.write(vm);
        if (written && before) checkVm(before, written, must, sim);
        return written;
      },
    },
    files: {
      ...world.files,
      async remove(fileName, etag) {
        const { root, source } = memory.files.get(fileName)?.metadata ?? {};
        const isOriginMade = root !== undefined || source !== undefined;
        const removed = await world.files.remove(fileName, etag);
        if (removed === 'removed') {
          const results = [...memory.results.values()].filter((job) => job.fileName === fileName);
          must(
            'I2',
            results.some((job) => job.etag === etag) || (isOriginMade && results.length > 0),
            () => `${fileName} ${etag} is deleted without a result row`,
          );
        }
        return removed;
      },
    },
    machines: {
      ...world.machines,
      async deallocate(vm) {
        const row = memory.vms.get(vm.name);
        if (row) {
          const ageMs = sim.clock.now() - row.stateAt;
          must(
            'I3',
            row.state === 'stopping' && row.files.length === 0 && ageMs <= deallocateMsMax,
            () => `deallocate of ${vm.name}: ${row.state} for ${ageMs} ms, lists ${row.files.length}`,
          );
        }
        return world.machines.deallocate(vm);
      },
    },
  };
}

type Must = (invariant: string, holds: boolean, what: () => string) => void;

function checkMove(before: Job, after: Job, must: Must, sim: Sim): void {
  const moved =
    before.state !== after.state || before.attempt !== after.attempt || before.vmName !== after.vmName;
  if (!moved) {
    must(
      'I6',
      before.history.length === after.history.length,
      () => `history of ${name(after)} without move`,
    );
    must(
      'I6',
      before.state === 'processing' || before.state === 'received',
      () => `${name(after)} is written again as ${after.state}`,
    );
    return;
  }
  count(sim, `move ${before.state} ${after.state}`);
  must(
    'I6',
    canMoveJob(before.state, after.state),
    () => `${name(after)}: ${before.state} to ${after.state}`,
  );
  const anew =
    after.state === 'received' || (after.state === 'assigned' && before.state !== 'received') ? 1 : 0;
  must(
    'I6',
    after.attempt === before.attempt + anew,
    () => `${name(before)} to ${after.state} has attempt ${after.attempt}`,
  );
  const line = after.history.at(-1);
  must(
    'I6',
    line?.state === after.state && line.attempt === after.attempt && line.vmName === after.vmName,
    () => `the move of ${name(after)} to ${after.state} is not in its history`,
  );
}

function checkLease(before: Job, after: Job, actor: Actor, must: Must, sim: Sim): void {
  const { intent } = actor;
  if (after.state === 'processing') {
    must(
      'I5',
      after.leaseUntil > sim.clock.now() - 60 * 60_000 && intent.vmName !== undefined,
      () => `${name(after)} is begun by nobody`,
    );
    must(
      'I5',
      sameName(after.vmName, intent.vmName ?? ''),
      () => `${name(after)} is leased to ${after.vmName} at the call of ${intent.vmName}`,
    );
  }
  if (after.state === 'completed') {
    must('I5', intent.verb === 'finish', () => `${name(after)} is completed without a report`);
    if (intent.etag !== undefined) checkVersion(after, intent.etag, must, sim);
  }
  if (before.state !== 'processing' || before.leaseUntil <= sim.clock.now()) return;
  if (after.state === 'processing' || after.state === 'completed') return;
  const isHolder =
    sameName(before.vmName, intent.vmName ?? '') &&
    (intent.jobId !== before.id || intent.attempt === before.attempt);
  must(
    'I5',
    isHolder || after.cause === 'unreported' || (intent.verb === 'operator' && after.state === 'cancelled'),
    () =>
      `the lease of ${name(before)} on ${before.vmName} is ended ${before.leaseUntil - sim.clock.now()} ms early: ${after.state}, ${after.cause}`,
  );
}

/** A version is not completed by work on an older one. */
function checkVersion(job: Job, etag: string, must: Must, sim: Sim): void {
  const place = (wanted: string) => sim.uploads.findIndex((upload) => upload.etag === wanted);
  must(
    'I1',
    place(etag) >= place(job.etag),
    () => `${name(job)} ${job.fileName} ${job.etag} is completed by work on ${etag}`,
  );
}

function checkVm(before: Vm, after: Vm, must: Must, sim: Sim): void {
  if (before.state !== after.state) {
    count(sim, `vm ${before.state} ${after.state}`);
    must(
      'I6',
      canMoveVm(before.state, after.state),
      () => `${after.name}: ${before.state} to ${after.state}`,
    );
  }
  must(
    'I3',
    after.state !== 'stopping' || after.files.length === 0,
    () => `${after.name} is stopping and lists ${after.files.length}`,
  );
  for (const entry of before.files) {
    if (lists(after, entry.jobId, entry.attempt)) continue;
    const job = sim.memory.jobs.get(entry.jobId);
    must(
      'I3',
      job?.state !== 'processing' || job.attempt !== entry.attempt || !sameName(job.vmName, after.name),
      () => `${after.name} drops ${job && name(job)}, which is in processing there`,
    );
    must(
      'I1',
      job === undefined || isSomewhere(job, sim),
      () => `${job && name(job)} (${job?.state}) is dropped from ${after.name} and listed nowhere`,
    );
  }
}

/** Whether anything still points at a job: an entry of any attempt leads whoever meets it to the job's row. */
function isSomewhere(job: Job, sim: Sim): boolean {
  const { vms, index, results } = sim.memory;
  if (job.state === 'completed') return results.has(job.id);
  return [...index.values(), ...[...vms.values()].flatMap((vm) => vm.files)].some(
    (entry) => entry.jobId === job.id,
  );
}

function lists(vm: Vm, jobId: string, attempt: number): boolean {
  return vm.files.some((entry) => entry.jobId === jobId && entry.attempt === attempt);
}

function name(job: Job): string {
  return `${job.id.slice(0, 4)}~${job.id.slice(24, 28)}.${job.attempt}`;
}
