import { AppError } from '../../src/core/errors.ts';
import type { Vm } from '../../src/core/vm.ts';
import type { Machines, Power } from '../../src/core/world.ts';
import { count, type Machine, note, type Sim } from './sim.ts';

/** Machines that take their time, refuse, hang and die. */
export function simMachines(sim: Sim): Machines {
  return {
    async powers(vms) {
      const names = vms.map((vm) => vm.name.toLowerCase());
      return new Map(names.map((name) => [name, sim.memory.powers.get(name) ?? 'unknown']));
    },
    start: async (vm) => startMachine(machineOf(vm, sim), sim),
    deallocate: async (vm) => deallocateMachine(machineOf(vm, sim), sim),
  };
}

function machineOf(vm: Vm, sim: Sim): Machine {
  const machine = sim.machines.get(vm.name.toLowerCase());
  if (!machine) throw new AppError('not_found', `there is no VM ${vm.name}`);
  return machine;
}

export function powerOf(machine: Machine, sim: Sim): Power {
  return sim.memory.powers.get(machine.name) ?? 'unknown';
}

function turn(machine: Machine, power: Power, sim: Sim): void {
  sim.memory.powers.set(machine.name, power);
  note(sim, `${machine.name} is ${power}`);
}

export function startMachine(machine: Machine, sim: Sim): void {
  const { dice, clock, faults } = sim;
  const power = powerOf(machine, sim);
  if (power === 'running' || power === 'starting') return;
  if (power === 'deallocating' || power === 'stopping')
    throw new AppError('conflict', `${machine.name} is ${power}`);
  if (dice.chance(faults.startRefused)) {
    count(sim, 'start refused');
    throw new AppError(dice.chance(0.5) ? 'no_capacity' : 'throttled', `${machine.name} cannot be started`);
  }
  const epoch = ++machine.epoch;
  turn(machine, 'starting', sim);
  const bootMs = dice.between(10_000, 120_000);
  const fate = dice.chance(faults.bootHangs) ? dice.pick(['hangs', 'falls back'] as const) : 'boots';
  if (fate === 'hangs') return;
  clock.after(bootMs, () => {
    if (machine.epoch !== epoch) return;
    if (fate === 'falls back') return turn(machine, 'deallocated', sim);
    turn(machine, 'running', sim);
    boot(machine, sim);
  });
}

function boot(machine: Machine, sim: Sim): void {
  const { epoch } = machine;
  sim.clock.after(sim.dice.between(1000, 20_000), () => {
    if (machine.epoch === epoch) sim.launch(machine);
  });
}

export function deallocateMachine(machine: Machine, sim: Sim): void {
  const { dice, clock } = sim;
  const power = powerOf(machine, sim);
  if (power === 'deallocated' || power === 'deallocating') return;
  const epoch = ++machine.epoch;
  turn(machine, 'deallocating', sim);
  clock.after(dice.between(0, 30_000), () => {
    if (machine.epoch === epoch) endProgram(machine);
  });
  clock.after(dice.between(30_000, 200_000), () => {
    if (machine.epoch === epoch) turn(machine, 'deallocated', sim);
  });
}

/** The machine is gone at once: evicted, or switched off by hand. */
export function evictMachine(machine: Machine, sim: Sim): void {
  machine.epoch++;
  endProgram(machine);
  turn(machine, 'deallocated', sim);
}

/** Shut down from within: still billed. */
export function shutDownMachine(machine: Machine, sim: Sim): void {
  machine.epoch++;
  endProgram(machine);
  turn(machine, 'stopped', sim);
}

export function restartMachine(machine: Machine, sim: Sim): void {
  machine.epoch++;
  endProgram(machine);
  note(sim, `${machine.name} restarts`);
  boot(machine, sim);
}

/** The program dies, and is started again. */
export function killProgram(machine: Machine, sim: Sim): void {
  endProgram(machine);
  note(sim, `the program of ${machine.name} dies`);
  boot(machine, sim);
}

function endProgram(machine: Machine): void {
  if (machine.program) machine.program.isAlive = false;
  machine.program = undefined;
}
