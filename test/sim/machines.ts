import { AppError, type ErrorCode } from '../../src/core/errors.ts';
import type { Vm } from '../../src/core/vm.ts';
import type { Machines, Power } from '../../src/core/world.ts';
import { count, type Machine, note, type Sim } from './sim.ts';
import { reportedOn } from './world.ts';

/** Why ARM refuses a start: every class that the design, section 4, names. */
export const startErrors = [
  'throttled',
  'no_capacity',
  'quota',
  'no_permission',
  'conflict',
  'unavailable',
  'not_found',
] as const satisfies ErrorCode[];

const stopErrors = ['throttled', 'no_permission', 'conflict', 'unavailable'] as const;

/** Machines that take their time, refuse, hang and die. */
export function simMachines(sim: Sim): Machines {
  return {
    async powers(vms) {
      const names = vms.map((vm) => vm.name.toLowerCase());
      return new Map(names.map((name) => [name, sim.memory.powers.get(name) ?? 'unknown']));
    },
    ...reportedOn(sim.memory),
    start: async (vm) => startMachine(machineOf(vm, sim), sim),
    async deallocate(vm) {
      const machine = machineOf(vm, sim);
      if (sim.dice.chance(sim.faults.stopRefused)) refuse(sim.dice.pick(stopErrors), machine, sim);
      deallocateMachine(machine, sim);
    },
  };
}

function machineOf(vm: Vm, sim: Sim): Machine {
  const machine = sim.machines.get(vm.name.toLowerCase());
  if (machine) return machine;
  count(sim, 'start not_found');
  throw new AppError('not_found', `there is no VM ${vm.name}`);
}

function refuse(code: ErrorCode = 'unavailable', { name }: Machine, { dice }: Sim): never {
  const retryAfterMs = code === 'throttled' && dice.chance(0.7) ? dice.whole(5, 180) * 1000 : undefined;
  throw new AppError(code, `${name}: ${code}`, { ...(retryAfterMs && { retryAfterMs }) });
}

export function powerOf(machine: Machine, sim: Sim): Power {
  return sim.memory.powers.get(machine.name) ?? 'unknown';
}

function turn(machine: Machine, power: Power, sim: Sim): void {
  sim.memory.powers.set(machine.name, power);
  note(sim, () => `${machine.name} is ${power}`);
}

export function startMachine(machine: Machine, sim: Sim): void {
  const { dice, clock, faults } = sim;
  const power = powerOf(machine, sim);
  if (power === 'running' || power === 'starting') return;
  const isBusy = power === 'deallocating' || power === 'stopping';
  if (isBusy || dice.chance(faults.startRefused)) {
    const code = isBusy ? 'conflict' : (dice.pick(startErrors) ?? 'unavailable');
    count(sim, `start ${code}`);
    refuse(code, machine, sim);
  }
  const epoch = ++machine.epoch;
  turn(machine, 'starting', sim);
  const fate = dice.chance(faults.bootHangs)
    ? dice.pick(['hangs', 'falls back'] as const)
    : dice.chance(faults.bootsDumb)
      ? 'dumb'
      : 'boots';
  count(sim, `boot ${fate}`);
  if (fate === 'hangs') return;
  clock.after(dice.between(10_000, 120_000), () => {
    if (machine.epoch !== epoch) return;
    if (fate === 'falls back') return turn(machine, 'deallocated', sim);
    turn(machine, 'running', sim);
    if (fate === 'boots') boot(machine, sim);
  });
}

function boot(machine: Machine, sim: Sim): void {
  const { epoch } = machine;
  sim.clock.after(sim.dice.between(1000, 20_000), () => {
    // One that has died twice meanwhile is started once.
    if (machine.epoch === epoch && !machine.program) sim.launch(machine);
  });
}

export function deallocateMachine(machine: Machine, sim: Sim): void {
  const { dice, clock, faults } = sim;
  const power = powerOf(machine, sim);
  if (power === 'deallocated' || power === 'deallocating') return;
  const epoch = ++machine.epoch;
  turn(machine, 'deallocating', sim);
  clock.after(dice.between(0, 30_000), () => {
    if (machine.epoch === epoch) endProgram(machine);
  });
  const longestMs = dice.chance(faults.slowStop)
    ? 20 * 60_000
    : dice.chance(faults.quickStop)
      ? 10_000
      : 200_000;
  clock.after(dice.between(2000, longestMs), () => {
    if (machine.epoch !== epoch) return;
    endProgram(machine);
    turn(machine, 'deallocated', sim);
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
  note(sim, () => `${machine.name} restarts`);
  boot(machine, sim);
}

/** The program dies, and is started again. */
export function killProgram(machine: Machine, sim: Sim): void {
  endProgram(machine);
  note(sim, () => `the program of ${machine.name} dies`);
  boot(machine, sim);
}

/** The program hangs: it makes no call any more, and nobody starts it again. */
export function hangProgram(machine: Machine, sim: Sim): void {
  endProgram(machine);
  note(sim, () => `the program of ${machine.name} hangs`);
}

function endProgram(machine: Machine): void {
  if (machine.program) machine.program.isAlive = false;
  machine.program = undefined;
}
