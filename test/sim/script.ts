import { isAppError } from '../../src/core/errors.ts';
import { finish } from '../../src/core/finish.ts';
import type { WorkMessage } from '../../src/core/message.ts';
import { searchFor } from '../../src/core/search.ts';
import { faultyCall } from './faulty.ts';
import { request } from './invoke.ts';
import { killProgram } from './machines.ts';
import type { Queue } from './queue.ts';
import {
  type Actor,
  actorOf,
  count,
  type Intent,
  type Machine,
  never,
  note,
  type Sim,
  violate,
} from './sim.ts';
import { sleepOf } from './sleep.ts';
import { show } from './watched.ts';

/** Starts a script that follows the article: takes its message and deletes it, works, and reports without a job id. */
export function launchScript(machine: Machine, queue: Queue, sim: Sim): void {
  const actor = actorOf(`${machine.name}#${machine.epoch}`, { verb: 'program', vmName: machine.name });
  machine.program = actor;
  note(sim, () => `${actor.name} script starts`);
  const call = <T>(what: string, effect: () => Promise<T>) => faultyCall(what, [], effect, actor, sim);
  const faulty: Queue = {
    ...queue,
    peek: (amount) => queue.peek(amount),
    receive: (amount, ms) => call('queue.receive', () => queue.receive(amount, ms)),
    giveBack: (message) => call('queue.giveBack', () => queue.giveBack(message)),
    remove: (ticket) => call('queue.remove', () => queue.remove(ticket)),
  };
  run(machine, actor, faulty, sim).catch((error: unknown) => {
    if (!isAppError(error)) return violate(sim, `the script of ${machine.name} throws ${error}`);
    // It has no error handling: it dies and is started again.
    if (machine.program === actor) killProgram(machine, sim);
  });
}

async function run(machine: Machine, actor: Actor, queue: Queue, sim: Sim): Promise<void> {
  const { dice, memory } = sim;
  for (let idle = 0; ; ) {
    const found = await searchFor(machine.name, queue);
    if (!found) {
      idle += 1;
      if (idle % 4 === 0) await report(machine, actor, {}, sim);
      await sleepOf(actor, dice.between(15_000, 40_000), undefined, sim);
      continue;
    }
    idle = 0;
    if (dice.chance(0.9)) await queue.remove(found.received);
    const { fileName } = found.work;
    const file = await faultyCall(
      'script.download',
      [fileName],
      async () => memory.files.get(fileName),
      actor,
      sim,
    );
    if (!file) continue;
    const fate = sim.uploads.find((upload) => upload.etag === file.etag)?.fate ?? 'ok';
    count(sim, `script ${fate}`);
    await sleepOf(actor, dice.between(1000, 300_000), undefined, sim);
    if (fate === 'hangs') return never();
    if (fate === 'kills') {
      killProgram(machine, sim);
      return never();
    }
    const ok = fate === 'ok' || (fate === 'flaky' && dice.chance(0.5));
    const stop = await report(
      machine,
      actor,
      { fileName, etag: file.etag, status: ok ? 'ok' : 'failed', message: found.work },
      sim,
    );
    if (stop) await sleepOf(actor, 10 * 60_000, undefined, sim);
  }
}

/** Calls the stop endpoint as the article does, again where there was no answer. */
async function report(
  machine: Machine,
  actor: Actor,
  about: { fileName?: string; etag?: string; status?: 'ok' | 'failed'; message?: WorkMessage },
  sim: Sim,
): Promise<boolean> {
  const { dice } = sim;
  const { name: vmName } = machine;
  const { fileName, etag, status = 'ok', message } = about;
  const facts = { resultName: etag ?? '', error: '', durationMs: 1 };
  const intent: Intent = { verb: 'finish', vmName, status, ...(etag !== undefined && { etag }) };
  for (let tries = 1; ; tries++) {
    try {
      const answer = await request(
        actor,
        intent,
        (world) => finish({ vmName, fileName, status, ...facts }, world),
        sim,
      );
      if (!actor.isAlive) return never();
      note(sim, () => `${actor.name} is answered ${answer.recorded} stop=${answer.stop}`);
      if (message && etag && status === 'ok')
        show({ kind: 'answer', recorded: answer.recorded, etag, message }, { ...actor, intent }, sim);
      if (dice.chance(0.9)) return answer.stop;
    } catch (error) {
      if (!isAppError(error)) throw error;
    }
    if (tries >= 8) return false;
    await sleepOf(actor, dice.between(1000, 10_000), undefined, sim);
  }
}
