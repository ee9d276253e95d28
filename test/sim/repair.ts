import { assign } from '../../src/core/assign.ts';
import { decide } from '../../src/core/decide.ts';
import { jobIdOf } from '../../src/core/job.ts';
import { list } from '../../src/core/list.ts';
import { isLive } from '../../src/core/live.ts';
import type { JobState } from '../../src/core/moves.ts';
import { stop } from '../../src/core/stop.ts';
import { unlistFromVm } from '../../src/core/unlist.ts';
import type { Vm } from '../../src/core/vm.ts';
import type { World } from '../../src/core/world.ts';
import type { Sim } from './sim.ts';

const isAtRest: ReadonlySet<JobState> = new Set(['failed', 'cancelled', 'deferred']);

/**
 * What the watchdog does not do yet, in its least form, so that liveness can be judged: (b) the sweep and the resting, (c) stale first
 * entries, (d) silence, (e) messages that were never sent.
 */
export async function repair(world: World, sim: Sim): Promise<void> {
  const vms = await world.pool.list();
  for (const vm of vms) await repairVm(vm, world);
  const resting = [...sim.memory.index.values()].filter(({ place }) => place === 'resting');
  for (const entry of resting) {
    const job = await world.jobs.read(entry.jobId);
    if (!job || (job.attempt === entry.attempt && isAtRest.has(job.state))) continue;
    await list(job, world);
    await world.jobs.drop(entry);
  }
  const listed = new Set([
    ...vms.flatMap((vm) => vm.files.map((entry) => entry.jobId)),
    ...[...sim.memory.index.values()].map((entry) => entry.jobId),
  ]);
  for (const { fileName, etag, modifiedAt } of [...sim.memory.files.values()])
    if (world.now() - modifiedAt > world.rules.blobGraceMs && !listed.has(jobIdOf(fileName, etag)))
      await assign(fileName, world);
}

async function repairVm(vm: Vm, world: World): Promise<void> {
  for (const entry of vm.files) {
    const job = await world.jobs.read(entry.jobId);
    if (job && isLive(entry, vm, job)) {
      if (!entry.ticket && job.state === 'assigned') await list(job, world);
      continue;
    }
    if (job) await list(job, world);
    await unlistFromVm(vm.name, { id: entry.jobId, attempt: entry.attempt }, world);
  }
  const [first] = vm.files;
  if (!first || vm.state !== 'running') return;
  const heard = (await world.pool.heard()).get(vm.name.toLowerCase());
  const limitMs = heard?.namesJobs ? world.rules.leaseMs : world.rules.actionMsMax;
  const lastWord = Math.max(vm.startedAt, first.at, heard?.namesJobs ? heard.at : 0);
  if (world.now() - lastWord < limitMs) return;
  await giveAll(vm, world);
}

async function giveAll(vm: Vm, world: World): Promise<void> {
  for (const entry of vm.files) {
    const job = await world.jobs.read(entry.jobId);
    if (job && isLive(entry, vm, job)) {
      if (job.leaseUntil > world.now()) return;
      const unreported = job.unreported + 1;
      const isPoison = unreported > world.rules.unreportedMax;
      const away = await decide(
        job,
        isPoison ? 'failed' : 'received',
        { vmName: '', unreported, cause: isPoison ? 'unreported' : 'silent' },
        world,
      );
      if (!away) return;
      await list(away, world);
    } else if (job) await list(job, world);
    await unlistFromVm(vm.name, { id: entry.jobId, attempt: entry.attempt }, world);
  }
  const row = await world.pool.read(vm.name);
  if (row?.state === 'running' && row.files.length === 0) await stop(row, 'silent', 'Watchdog', world);
}
