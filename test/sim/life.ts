import { tend } from '../../src/core/tend.ts';
import type { Faults } from './faults.ts';
import { invoke } from './invoke.ts';
import {
  evictMachine,
  hangProgram,
  killProgram,
  powerOf,
  restartMachine,
  shutDownMachine,
} from './machines.ts';
import { operate } from './operator.ts';
import { knock } from './outsider.ts';
import { count, type Machine, type Sim, violate } from './sim.ts';

/** A minute passes: the watchdog's ticks, and what befalls machines and people do; the checkers look at the state. */
export function minutely(sim: Sim): void {
  const { clock, dice, faults } = sim;
  for (const { invariant, minute } of sim.checkers) {
    const broken = minute?.(sim);
    if (broken) violate(sim, `${invariant} ${broken}`);
  }
  const ticks = dice.chance(faults.noTick) ? 0 : dice.chance(faults.twoTicks) ? 2 : 1;
  const isRush = sim.isHurried && !sim.isCalm;
  for (let tick = 0; tick < (isRush ? 10 : ticks); tick++)
    clock.after(dice.between(0, isRush ? 60_000 : 20_000), () => {
      invoke({ verb: 'tend' }, tend, sim).catch(() => {});
    });
  for (const machine of sim.machines.values()) befall(machine, sim);
  if (dice.chance(faults.operator)) clock.after(dice.between(0, 60_000), () => sim.isCalm || operate(sim));
  if (dice.chance(faults.outsider)) clock.after(dice.between(0, 60_000), () => sim.isCalm || knock(sim));
  clock.after(60_000, () => minutely(sim));
}

/** What may befall a machine that is up. */
export const mishaps = {
  evicted: evictMachine,
  restarted: restartMachine,
  shutDown: shutDownMachine,
  programDies: killProgram,
  programHangs: hangProgram,
  programEnds: (machine: Machine, sim: Sim) => sim.end(machine),
} satisfies Partial<Record<keyof Faults, (machine: Machine, sim: Sim) => void>>;

function befall(machine: Machine, sim: Sim): void {
  const { clock, dice, faults } = sim;
  if (powerOf(machine, sim) !== 'running') return;
  for (const [fault, strike] of Object.entries(mishaps)) {
    if (!dice.chance(faults[fault as keyof typeof mishaps])) continue;
    clock.after(dice.between(0, 60_000), () => {
      if (sim.isCalm || powerOf(machine, sim) !== 'running') return;
      count(sim, `mishap ${fault}`);
      strike(machine, sim);
    });
  }
}
