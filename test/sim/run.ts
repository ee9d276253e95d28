import { buildSim } from './build.ts';
import { addRow } from './deeds-rows.ts';
import { diceOf } from './dice.ts';
import { undrained } from './drained.ts';
import { noFaults } from './faults.ts';
import { minutely } from './life.ts';
import { type Sim, startMs, violate } from './sim.ts';

const minuteMs = 60_000;
const drainMsMax = 48 * 60 * minuteMs;
/** Longer than anything that is waited for: a run, a cool-down, a backoff. Then nothing will move any more. */
const quietMsMax = 3 * 60 * minuteMs;

export interface RunOptions {
  isTraced?: boolean;
  /** Only this invariant is looked at; all of them by default. */
  only?: string | undefined;
}

/** Runs one world: faults, then none, until all is at rest. Ends at the first violation. All of it follows from the seed. */
export async function runSeed(seed: number, options: RunOptions = {}): Promise<Sim> {
  const dice = diceOf(seed);
  const sim = buildSim(dice, options.isTraced ?? false);
  if (options.only) sim.checkers = sim.checkers.filter(({ invariant }) => invariant === options.only);
  const faultsMs = dice.between(10, sim.isHurried ? 20 : 60) * minuteMs;
  sendFiles(sim.isHurried ? dice.whole(10, 20) : dice.whole(1, 10), faultsMs * 0.8, sim);
  minutely(sim);
  const isBroken = () => sim.violations.some((what) => what.startsWith(options.only ?? ''));
  const go = (untilMs: number, isOver: () => boolean) =>
    sim.clock.run(untilMs, isOver).catch((error) => violate(sim, `thrown: ${error}`));

  await go(startMs + faultsMs, isBroken);
  calm(sim);
  // Whether all is at rest is looked at once a minute: it costs more than a minute's deeds.
  const endMs = startMs + faultsMs + drainMsMax;
  const isStuck = () =>
    sim.clock.now() > Math.min(endMs, Math.max(startMs + faultsMs, sim.writtenAt) + quietMsMax);
  while (!isBroken() && undrained(sim).length > 0 && !isStuck())
    await go(sim.clock.now() + minuteMs, isBroken);
  if (isBroken()) return sim;
  for (const { invariant, end } of sim.checkers) {
    const broken = end?.(sim);
    if (broken) violate(sim, `${invariant} ${broken}`);
  }
  return sim;
}

function sendFiles(files: number, withinMs: number, sim: Sim): void {
  const { dice, clock } = sim;
  const fates = ['ok', 'ok', 'ok', 'ok', 'ok', 'fails', 'flaky', 'kills', 'hangs'] as const;
  // Files that come back soon after their VM was stopped.
  const hurriedFates = ['ok', 'fails', 'flaky'] as const;
  // Each of those costs a script's VM hours.
  let hardLeft = [...sim.machines.values()].some(({ kind }) => kind !== 'agent') ? 1 : 9;
  for (let left = files; left > 0; left--)
    clock.after(dice.between(0, withinMs), () => {
      const metadata: Record<string, string> = { action: dice.chance(0.2) ? 'twice' : 'process' };
      if (dice.chance(0.3)) metadata.priority = String(dice.whole(0, 9));
      const fate = dice.pick(sim.isHurried ? hurriedFates : fates) ?? 'ok';
      const isHard = fate === 'kills' || fate === 'hangs';
      if (isHard) hardLeft -= 1;
      // One in forty has a name that must be refused.
      const fileName = dice.chance(0.025) ? 'a\\b.csv' : `${dice.whole(1, 8)}.csv`;
      sim.upload(fileName, metadata, isHard && hardLeft < 0 ? 'fails' : fate);
    });
}

/** Nothing goes wrong any more, and people take their hands off: the pool can work. */
function calm(sim: Sim): void {
  sim.isCalm = true;
  sim.faults = noFaults;
  const { vms, fresh } = sim.memory;
  for (const { name } of sim.machines.values()) addRow(name, sim);
  for (const vm of vms.values()) {
    const actions = vm.name === 'vm01' ? [] : vm.actions;
    vms.set(vm.name, { ...vm, actions, disabled: false, maintenanceUntil: 0, version: fresh() });
  }
}
