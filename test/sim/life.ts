import { assign } from '../../src/core/assign.ts';
import { tend } from '../../src/core/tend.ts';
import type { Faults } from './faults.ts';
import { invoke } from './invoke.ts';
import { evictMachine, killProgram, powerOf, restartMachine, shutDownMachine } from './machines.ts';
import { operate } from './operator.ts';
import { repair } from './repair.ts';
import type { Machine, Sim, Upload } from './sim.ts';

const triesMax = 5;
const redeliverMs = 10 * 60_000;

/** Uploads a file, and has its event delivered: mostly once, sometimes more often, sometimes never. */
export function uploadTo(
  sim: Sim,
  fileName: string,
  metadata: Record<string, string>,
  fate: Upload['fate'],
): void {
  const { memory, dice, clock, faults } = sim;
  const etag = memory.fresh();
  for (const upload of sim.uploads) if (upload.fileName === fileName) upload.isTaken = true;
  memory.files.set(fileName, { fileName, etag, sizeBytes: 1, modifiedAt: clock.now(), metadata });
  sim.uploads.push({ fileName, etag, isTaken: false, fate });
  if (dice.chance(faults.missed)) return;
  do deliver(sim, fileName, 1);
  while (dice.chance(faults.repeated));
}

/** Delivers a blob's event; one that fails comes again, up to five times. */
function deliver(sim: Sim, fileName: string, tries: number): void {
  const { clock, dice } = sim;
  const again = () => tries < triesMax && deliver(sim, fileName, tries + 1);
  clock.after(dice.between(0, 60_000), () => {
    let isOver = false;
    const over = (ok: boolean) => {
      if (!isOver && !ok) again();
      isOver = true;
    };
    invoke({ verb: 'assign' }, (world) => assign(fileName, world), sim).then(
      () => over(true),
      () => over(false),
    );
    clock.after(redeliverMs, () => over(false));
  });
}

/** A minute passes: the watchdog's tick, and what befalls machines and people do. */
export function minutely(sim: Sim, isMended: () => boolean): void {
  const { clock, dice, faults } = sim;
  const ticks = dice.chance(faults.noTick) ? 0 : dice.chance(faults.twoTicks) ? 2 : 1;
  for (let tick = 0; tick < ticks; tick++)
    clock.after(dice.between(0, 20_000), () => {
      invoke({ verb: 'tend' }, tend, sim).catch(() => {});
      if (isMended()) invoke({ verb: 'sweep' }, (world) => repair(world, sim), sim).catch(() => {});
    });
  for (const machine of sim.machines.values()) befall(machine, sim);
  if (dice.chance(faults.operator)) clock.after(dice.between(0, 60_000), () => operate(sim));
  clock.after(60_000, () => minutely(sim, isMended));
}

function befall(machine: Machine, sim: Sim): void {
  const { clock, dice, faults } = sim;
  if (powerOf(machine, sim) !== 'running') return;
  const soon = (fault: keyof Faults, deed: () => void) => {
    if (dice.chance(faults[fault]))
      clock.after(
        dice.between(0, 60_000),
        () => sim.faults[fault] > 0 && powerOf(machine, sim) === 'running' && deed(),
      );
  };
  soon('evicted', () => evictMachine(machine, sim));
  soon('restarted', () => restartMachine(machine, sim));
  soon('shutDown', () => shutDownMachine(machine, sim));
  soon('programDies', () => killProgram(machine, sim));
  soon('programEnds', () => sim.end(machine));
}
