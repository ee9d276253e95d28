import type { VmState } from '../../src/core/moves.ts';
import type { Vm } from '../../src/core/vm.ts';
import { sampleVm } from '../core/samples.ts';
import { handKey } from './checker.ts';
import type { Sim } from './sim.ts';

/** What people do to a VM's row with their own hands, which merges single properties, or puts a whole row in its place. */
export const rowDeeds = {
  disable: (sim: Sim) => edit(sim, { disabled: true }),
  enable: (sim: Sim) => edit(sim, { disabled: false }),
  maintain: (sim: Sim) => edit(sim, { maintenanceUntil: sim.clock.now() + 10 * 60_000 }),
  limitActions: (sim: Sim) => edit(sim, { actions: [sim.dice.pick(['process', 'twice']) ?? 'process'] }),
  freeActions: (sim: Sim) => edit(sim, { actions: [] }),
  setResourceId: (sim: Sim) => edit(sim, { resourceId: '/subscriptions/s/resourceGroups/g/vm' }),
  typeState(sim: Sim) {
    const states: VmState[] = ['deallocated', 'starting', 'running', 'stopping'];
    edit(sim, { state: sim.dice.pick(states) ?? 'running' });
  },
  wipeFiles: (sim: Sim) => edit(sim, { files: [] }),
  resetRow(sim: Sim) {
    const vm = someRow(sim);
    if (vm) replace(vm, sampleVm({ name: vm.name }), sim);
  },
  deleteRow(sim: Sim) {
    const vm = someRow(sim);
    if (!vm || sim.memory.vms.size < 2) return;
    forget(vm, sim);
    sim.memory.vms.delete(vm.name);
    sim.clock.after(sim.dice.between(0, 20 * 60_000), () => addRow(vm.name, sim));
  },
  /** A row for a VM that there is not. */
  addGhost: (sim: Sim) => addRow('vm99', sim),
};

export function addRow(name: string, { memory, clock, editedAt, mistoldAt }: Sim): void {
  if (memory.vms.has(name)) return;
  memory.vms.set(name, sampleVm({ name, version: memory.fresh() }));
  editedAt.set(name, clock.now());
  mistoldAt.set(name, clock.now());
}

function someRow({ dice, memory }: Sim): Vm | undefined {
  return dice.pick([...memory.vms.values()]);
}

function edit(sim: Sim, change: Partial<Vm>): void {
  const vm = someRow(sim);
  if (vm) replace(vm, { ...vm, ...change }, sim);
}

function replace(before: Vm, after: Vm, sim: Sim): void {
  if (after.files !== before.files) forget(before, sim);
  sim.editedAt.set(before.name, sim.clock.now());
  if (after.state !== before.state) sim.mistoldAt.set(before.name, sim.clock.now());
  sim.memory.vms.set(before.name, { ...after, version: sim.memory.fresh() });
}

/** What stood there is no longer ours to answer for. */
function forget(vm: Vm, sim: Sim): void {
  for (const entry of vm.files) sim.byHand.add(handKey(entry));
}
