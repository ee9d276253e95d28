import type { Job } from '../../src/core/job.ts';
import { killProgram } from './machines.ts';
import { type Actor, count, type Machine, never, type Sim } from './sim.ts';
import { sleepOf } from './sleep.ts';

/** Does a file as its fate is: well, badly, or the end of the program that does it. */
export async function runGuest(
  job: Job | undefined,
  machine: Machine,
  actor: Actor,
  signal: AbortSignal,
  sim: Sim,
) {
  const { dice } = sim;
  const fate = sim.uploads.find((upload) => upload.etag === job?.etag)?.fate ?? 'ok';
  count(sim, `run ${fate}`);
  // It runs for ever; what ends it is its time limit.
  if (fate === 'hangs') await sleepOf(actor, 30 * 24 * 60 * 60_000, signal, sim);
  await sleepOf(
    actor,
    dice.chance(0.1) ? dice.between(60_000, 15 * 60_000) : dice.between(1000, 120_000),
    signal,
    sim,
  );
  if (signal.aborted) return { ok: false, reason: 'killed', tail: '' };
  if (fate === 'kills') {
    killProgram(machine, sim);
    return never<never>();
  }
  const ok = fate === 'ok' || (fate === 'flaky' && dice.chance(0.5));
  return { ok, reason: ok ? '' : 'exit code 1', tail: '' };
}
