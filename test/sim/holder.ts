import { claim } from '../../src/core/claim.ts';
import { isAppError } from '../../src/core/errors.ts';
import { finish } from '../../src/core/finish.ts';
import type { Job } from '../../src/core/job.ts';
import { request } from './invoke.ts';
import { killProgram } from './machines.ts';
import { type Actor, actorOf, count, type Machine, never, note, type Sim, violate } from './sim.ts';
import { sleepOf } from './sleep.ts';

/**
 * Starts a site's own program that names its jobs, as `agent next` and `agent done` let it, and is careless with them: it
 * never renews, works as long as it takes, and reports whatever has become of its lease, sometimes twice.
 */
export function launchHolder(machine: Machine, sim: Sim): void {
  const actor = actorOf(`${machine.name}#${machine.epoch}`, { verb: 'program', vmName: machine.name });
  machine.program = actor;
  note(sim, () => `${actor.name} holder starts`);
  run(machine, actor, sim).catch((error: unknown) => {
    if (!isAppError(error)) return violate(sim, `the holder of ${machine.name} throws ${error}`);
    if (machine.program === actor) killProgram(machine, sim);
  });
}

async function run({ name: vmName }: Machine, actor: Actor, sim: Sim): Promise<void> {
  const { dice } = sim;
  for (;;) {
    const { next } = await request(actor, { verb: 'claim', vmName }, (world) => claim(vmName, world), sim);
    if (!next) {
      await sleepOf(actor, dice.between(15_000, 40_000), undefined, sim);
      continue;
    }
    const longestMs = dice.chance(0.3) ? 12 * 60_000 : 3 * 60_000;
    await sleepOf(actor, dice.between(1000, longestMs), undefined, sim);
    await report(next, vmName, actor, sim);
    if (dice.chance(0.2)) await report(next, vmName, actor, sim);
  }
}

async function report(job: Job, vmName: string, actor: Actor, sim: Sim): Promise<void> {
  const { id: jobId, attempt, etag } = job;
  const fate = sim.uploads.find((upload) => upload.etag === etag)?.fate;
  count(sim, `holder ${fate}`);
  if (fate === 'hangs') return never();
  const status = fate === 'fails' || fate === 'kills' ? 'failed' : 'ok';
  const facts = { resultName: etag, error: '', durationMs: 1 };
  const intent = { verb: 'finish', vmName, jobId, attempt, status } as const;
  await request(
    actor,
    intent,
    (world) => finish({ vmName, jobId, attempt, status, ...facts }, world),
    sim,
  ).catch((error: unknown) => {
    if (!isAppError(error)) throw error;
  });
}
