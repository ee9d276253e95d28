import { defaultRules, type Rules } from '../../src/core/rules.ts';
import { sampleVm } from '../core/samples.ts';
import { launchAgent } from './agent.ts';
import { clockFrom } from './clock.ts';
import { uploadTo } from './deliver.ts';
import type { Dice } from './dice.ts';
import { rollFaults } from './faults.ts';
import { launchHolder } from './holder.ts';
import { allCheckers } from './invariants/all.ts';
import { simMachines } from './machines.ts';
import { emptyMemory } from './memory.ts';
import { queueIn } from './queue.ts';
import { launchScript } from './script.ts';
import { type Sim, startMs } from './sim.ts';
import { memoryWorld } from './world.ts';

/** Builds a world as chance will have it: its pool, its rules and what goes wrong in it. */
export function buildSim(dice: Dice, isTraced: boolean): Sim {
  const memory = emptyMemory();
  const clock = clockFrom(startMs);
  const queue = queueIn(memory, 'processing', clock.now);
  const enders = new Map<string, () => void>();
  const isHurried = dice.chance(0.15);
  const rules = rollRules(dice);
  const faults = rollFaults(dice);
  if (isHurried) {
    rules.idleMsMax = 10_000;
    faults.quickStop = faults.lateStop = 0.5;
  }
  const sim: Sim = {
    clock,
    dice,
    memory,
    rules,
    world: memoryWorld(memory, rules, { now: clock.now, random: dice.random }),
    faults,
    isHurried,
    isCalm: false,
    uploads: [],
    machines: new Map(),
    checkers: allCheckers(),
    byHand: new Set(),
    editedAt: new Map(),
    mistoldAt: new Map(),
    cleanTicks: 0,
    cleanTickAt: 0,
    writtenAt: 0,
    invocations: 0,
    violations: [],
    isTraced,
    trace: [],
    seen: new Map(),
    launch(machine) {
      if (machine.kind === 'script') launchScript(machine, queue, sim);
      else if (machine.kind === 'holder') launchHolder(machine, sim);
      else enders.set(machine.name, launchAgent(machine, queue, sim));
    },
    end: (machine) => enders.get(machine.name)?.(),
    upload: (fileName, metadata, fate) => uploadTo(sim, fileName, metadata, fate),
  };
  sim.world.machines = simMachines(sim);
  // Lines that nobody reads.
  sim.world.log = async () => {};
  addMachines(sim);
  return sim;
}

/** One to four VMs; the first can do everything, the others perhaps one action only. */
function addMachines({ dice, memory, machines }: Sim): void {
  const scripts = dice.pick([0, 0, 0.5, 1]) ?? 0;
  const holders = dice.pick([0, 0, 0, 0.5]) ?? 0;
  const limited = dice.pick([0, 0, 0.5]) ?? 0;
  const lax = dice.pick([0, 0, 0.3]) ?? 0;
  for (let number = dice.whole(1, 4); number > 0; number--) {
    const name = `vm0${number}`;
    const actions = number > 1 && dice.chance(limited) ? [dice.pick(['process', 'twice']) ?? 'process'] : [];
    memory.vms.set(name, sampleVm({ name, actions, version: memory.fresh() }));
    memory.powers.set(name, 'deallocated');
    const kind = dice.chance(scripts) ? 'script' : dice.chance(holders) ? 'holder' : 'agent';
    machines.set(name, { name, kind, epoch: 0, program: undefined, isLax: dice.chance(lax) });
  }
}

function rollRules(dice: Dice): Rules {
  const minutes = (choices: readonly number[]) => (dice.pick(choices) ?? 1) * 60_000;
  return {
    ...defaultRules,
    filesPerVmMax: dice.pick([1, 1, 1, 2, 3]) ?? 1,
    unreportedMax: dice.pick([2, 4]) ?? 2,
    bootMsMax: minutes([5, 15]),
    coolDownMsMax: minutes([6, 10]),
    actionMsMax: minutes([10, 15]),
    actionMsMaxByAction: dice.chance(0.3) ? { twice: minutes([8, 20]) } : {},
  };
}
