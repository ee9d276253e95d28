import { decide } from '../../src/core/decide.ts';
import { list } from '../../src/core/list.ts';
import { unlist } from '../../src/core/unlist.ts';
import type { Vm } from '../../src/core/vm.ts';
import { invoke } from './invoke.ts';
import { evictMachine, powerOf, startMachine } from './machines.ts';
import { count, note, type Sim } from './sim.ts';

/** One thing that people do. */
export function operate(sim: Sim): void {
  const { dice } = sim;
  if (sim.faults.operator === 0) return;
  const deed = dice.pick(Object.keys(deeds) as (keyof typeof deeds)[]) ?? 'overwrite';
  count(sim, `operator ${deed}`);
  note(sim, `operator: ${deed}`);
  deeds[deed](sim);
}

const deeds = {
  overwrite(sim: Sim) {
    const file = sim.dice.pick([...sim.memory.files.values()]);
    if (file) sim.upload(file.fileName, file.metadata, 'ok');
  },
  uploadAgain(sim: Sim) {
    const file = sim.dice.pick(sim.uploads);
    if (file) sim.upload(file.fileName, {}, 'ok');
  },
  deleteBlob(sim: Sim) {
    const file = sim.dice.pick([...sim.memory.files.values()]);
    if (!file) return;
    sim.memory.files.delete(file.fileName);
    for (const upload of sim.uploads) if (upload.fileName === file.fileName) upload.isTaken = true;
  },
  disable: (sim: Sim) => edit(sim, { disabled: true }),
  enable: (sim: Sim) => edit(sim, { disabled: false }),
  maintain: (sim: Sim) => edit(sim, { maintenanceUntil: sim.clock.now() + 10 * 60_000 }),
  switchOff(sim: Sim) {
    const machine = sim.dice.pick([...sim.machines.values()]);
    if (machine && powerOf(machine, sim) === 'running') evictMachine(machine, sim);
  },
  switchOn(sim: Sim) {
    const machine = sim.dice.pick([...sim.machines.values()]);
    if (!machine || powerOf(machine, sim) !== 'deallocated') return;
    try {
      startMachine(machine, sim);
    } catch {
      // Refused: then not.
    }
  },
  cancel(sim: Sim) {
    const jobId = sim.dice.pick([...sim.memory.jobs.keys()]);
    if (jobId) invoke({ verb: 'operator' }, (world) => move(jobId, 'cancelled', world), sim).catch(() => {});
  },
  retry(sim: Sim) {
    const failed = [...sim.memory.jobs.values()].filter((job) => job.state === 'failed');
    const job = sim.dice.pick(failed);
    if (job) invoke({ verb: 'operator' }, (world) => move(job.id, 'received', world), sim).catch(() => {});
  },
};

/** A cancel or a retry, as the doors of issue 4 will do it. */
async function move(
  jobId: string,
  state: 'cancelled' | 'received',
  world: Parameters<typeof list>[1],
): Promise<void> {
  const job = await world.jobs.read(jobId);
  if (!job || job.state === 'completed' || job.state === 'cancelled') return;
  if (state === 'cancelled' && job.state === 'failed') return;
  if (state === 'received' && job.state !== 'failed') return;
  const change = state === 'received' ? { vmName: '', failedRuns: 0, unreported: 0 } : {};
  const moved = await decide(job, state, { cause: 'operator', ...change }, world);
  if (!moved) return;
  await list(moved, world);
  await unlist(job, world);
}

function edit(sim: Sim, change: Partial<Vm>): void {
  const { dice, memory } = sim;
  const vm = dice.pick([...memory.vms.values()]);
  if (vm) memory.vms.set(vm.name, { ...vm, ...change, version: memory.fresh() });
}
