import { defaultRules, type Rules } from '../../src/core/rules.ts';
import { sampleVm } from '../core/samples.ts';
import { launchAgent } from './agent.ts';
import { clockFrom } from './clock.ts';
import { type Dice, diceOf } from './dice.ts';
import { undrained } from './drained.ts';
import { noFaults, rollFaults } from './faults.ts';
import { resetInvocations } from './invoke.ts';
import { minutely, uploadTo } from './life.ts';
import { emptyMemory } from './memory.ts';
import { queueIn } from './queue.ts';
import { launchScript } from './script.ts';
import { type Sim, startMs, violate } from './sim.ts';

const drainMsMax = 24 * 60 * 60_000;

/** How a run is made; all else follows from the seed. */
export interface RunOptions {
  /** The repairs that the watchdog does not have yet are made in the second phase, and it must drain. */
  isMended: boolean;
}

/** Runs one world: faults, then none. Ends at the first violation. */
export async function runSeed(seed: number, { isMended }: RunOptions): Promise<Sim> {
  resetInvocations();
  const dice = diceOf(seed);
  const sim = buildSim(dice);
  const faultsMs = dice.between(10, 120) * 60_000;
  let isCalm = false;
  const isOver = () => sim.violations.length > 0;

  for (let files = dice.whole(1, 10); files > 0; files--)
    sim.clock.after(dice.between(0, faultsMs * 0.8), () => {
      const fate = dice.pick(['ok', 'ok', 'ok', 'ok', 'fails', 'flaky', 'kills'] as const) ?? 'ok';
      const action = dice.chance(0.2) ? 'twice' : 'process';
      sim.upload(`${dice.whole(1, 8)}.csv`, { action }, fate);
    });
  minutely(sim, () => isMended && (isCalm || dice.chance(0.5)));
  await sim.clock.run(startMs + faultsMs, isOver).catch((error) => violate(sim, String(error)));

  isCalm = true;
  sim.faults = noFaults;
  const { vms, fresh } = sim.memory;
  for (const vm of vms.values())
    vms.set(vm.name, { ...vm, disabled: false, maintenanceUntil: 0, version: fresh() });
  const isDone = () => isOver() || undrained(sim).length === 0;
  await sim.clock
    .run(startMs + faultsMs + (isMended ? drainMsMax : 2 * 60 * 60_000), isDone)
    .catch((error) => violate(sim, String(error)));
  if (isMended && !isDone()) violate(sim, `I7 does not drain: ${undrained(sim).join('; ')}`);
  return sim;
}

function buildSim(dice: Dice): Sim {
  const memory = emptyMemory();
  const clock = clockFrom(startMs);
  const queue = queueIn(memory, 'processing', clock.now);
  const enders = new Map<string, () => void>();
  const sim: Sim = {
    clock,
    dice,
    memory,
    rules: rollRules(dice),
    faults: rollFaults(dice),
    uploads: [],
    machines: new Map(),
    violations: [],
    trace: [],
    seen: new Map(),
    launch(machine) {
      if (machine.kind === 'script') launchScript(machine, queue, sim);
      else enders.set(machine.name, launchAgent(machine, queue, sim));
    },
    end: (machine) => enders.get(machine.name)?.(),
    upload: (fileName, metadata, fate) => uploadTo(sim, fileName, metadata, fate),
  };
  const scripts = dice.pick([0, 0, 0.5, 1]) ?? 0;
  for (let number = dice.whole(1, 4); number > 0; number--) {
    const name = `vm0${number}`;
    memory.vms.set(name, sampleVm({ name, version: memory.fresh() }));
    memory.powers.set(name, 'deallocated');
    const kind = dice.chance(scripts) ? 'script' : 'agent';
    sim.machines.set(name, { name, kind, epoch: 0, program: undefined });
  }
  return sim;
}

function rollRules(dice: Dice): Rules {
  return {
    ...defaultRules,
    filesPerVmMax: dice.pick([1, 1, 1, 2, 3]) ?? 1,
    unreportedMax: dice.pick([2, 4]) ?? 2,
    bootMsMax: dice.pick([5, 15].map((minutes) => minutes * 60_000)) ?? 0,
    actionMsMax: 30 * 60_000,
  };
}
