import { assign } from '../../src/core/assign.ts';
import { claim } from '../../src/core/claim.ts';
import { finish } from '../../src/core/finish.ts';
import { jobIdOf } from '../../src/core/job.ts';
import { release } from '../../src/core/lease.ts';
import { order } from '../../src/core/order.ts';
import type { Vm } from '../../src/core/vm.ts';
import type { World } from '../../src/core/world.ts';
import { sampleVm } from '../core/samples.ts';
import type { Memory } from '../sim/memory.ts';
import type { Town, TownJob } from './attack.ts';

/**
 * Has come about, by the use cases themselves, what attacks are after: a file in each state, on vm01 and vm02. Each next file arrives
 * when the one before is where it should be. `pass` moves the world's clock.
 */
export async function settleTown(memory: Memory, world: World, pass: (ms: number) => void): Promise<Town> {
  addVm('vm01', memory);
  addVm('vm02', memory);
  edit('vm02', { disabled: true }, memory);

  const completed = await arrive('completed.json', memory, world);
  await claim('vm01', world);
  await finish({ ...reportOf(completed), status: 'ok', resultName: 'r' }, world);

  const failed = await arrive('failed.json', memory, world);
  await claim('vm01', world);
  await finish({ ...reportOf(failed), status: 'failed', error: 'no', permanent: true }, world);

  edit('vm01', { disabled: true }, memory);
  const deferred = await arrive('deferred.json', memory, world);
  await order(deferred.id, { verb: 'defer' }, world);

  edit('vm01', { disabled: false }, memory);
  const work = await arrive('work.json', memory, world);
  await claim('vm01', world);
  await release({ vmName: 'vm01', jobId: work.id, attempt: 1 }, world);
  pass(1000);
  await claim('vm01', world);

  edit('vm02', { disabled: false }, memory);
  const listed = await arrive('listed.json', memory, world);
  edit('vm02', { state: 'running' }, memory);
  const waiting = await arrive('waiting.json', memory, world);

  const town = { work, listed, waiting, completed, failed, deferred };
  return Object.fromEntries(
    Object.entries(town).map(([name, job]) => [name, asItIs(job, memory)]),
  ) as unknown as Town;
}

function addVm(name: string, memory: Memory): void {
  memory.vms.set(name, sampleVm({ name, version: memory.fresh() }));
  memory.powers.set(name, 'deallocated');
}

function edit(name: string, change: Partial<Vm>, memory: Memory): void {
  const row = memory.vms.get(name);
  if (!row) throw new Error(`there is no ${name}`);
  memory.vms.set(name, { ...row, ...change, version: memory.fresh() });
}

async function arrive(fileName: string, memory: Memory, world: World): Promise<TownJob> {
  const etag = memory.fresh();
  memory.files.set(fileName, { fileName, etag, sizeBytes: 1, modifiedAt: world.now(), metadata: {} });
  await assign(fileName, world);
  return { id: jobIdOf(fileName, etag), fileName, attempt: 1 };
}

function reportOf({ id, attempt }: TownJob) {
  return { vmName: 'vm01', jobId: id, attempt, resultName: '', error: '', durationMs: 1 };
}

function asItIs({ id, fileName }: TownJob, memory: Memory): TownJob {
  return { id, fileName, attempt: memory.jobs.get(id)?.attempt ?? 0 };
}
