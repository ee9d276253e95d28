import { runAgent } from '../../src/agent/loop.ts';
import type { Plan } from '../../src/agent/plan.ts';
import type { AgentWorld, Answer } from '../../src/agent/world.ts';
import { type Answer as CoreAnswer, leaseOf } from '../../src/core/answer.ts';
import { claim } from '../../src/core/claim.ts';
import { finish } from '../../src/core/finish.ts';
import { release, renew } from '../../src/core/lease.ts';
import type { World } from '../../src/core/world.ts';
import { faultyCall } from './faulty.ts';
import { runGuest } from './guest.ts';
import { request } from './invoke.ts';
import { killProgram } from './machines.ts';
import type { Queue } from './queue.ts';
import { type Actor, actorOf, type Machine, never, note, type Sim, violate } from './sim.ts';
import { sleepOf } from './sleep.ts';

/** Starts our real agent on a machine. Returns what asks it to end. */
export function launchAgent(machine: Machine, queue: Queue, sim: Sim): () => void {
  const actor = actorOf(`${machine.name}#${machine.epoch}`, { verb: 'program', vmName: machine.name });
  const stop = new AbortController();
  machine.program = actor;
  note(sim, () => `${actor.name} agent starts`);
  runAgent(planOf(machine), stop.signal, agentWorld(actor, machine, queue, sim)).then(
    () => {
      // Told to end, it is started again by whoever told it.
      if (actor.isAlive && machine.program === actor) killProgram(machine, sim);
    },
    (error: unknown) => violate(sim, `the agent of ${machine.name} throws ${error}`),
  );
  return () => stop.abort();
}

function planOf({ name, isLax }: Machine): Plan {
  const guest = {
    command: ['guest'],
    extension: '.json',
    workingFolder: undefined,
    timeLimitMs: isLax ? 30 * 24 * 60 * 60_000 : undefined,
    permanentExitCodes: [],
    environment: {},
    console: { files: 1, bytes: 1000 },
  };
  return {
    vmName: name,
    guests: new Map([
      ['twice', { ...guest, next: 'process' }],
      ['process', { ...guest, next: undefined }],
    ]),
    otherGuest: undefined,
    peekMs: 5000,
    askMs: 30_000,
    renewMs: 60_000,
    hopsMax: 8,
  };
}

function agentWorld(actor: Actor, machine: Machine, queue: Queue, sim: Sim): AgentWorld {
  const { clock, dice, memory, rules } = sim;
  const { name: vmName } = machine;
  const via = async (
    verb: 'claim' | 'renew' | 'release' | 'finish',
    use: (world: World) => Promise<CoreAnswer>,
    on: object = {},
  ) => {
    const answer = await request(
      actor,
      { verb, vmName, ...on },
      async (world) => toWire(await use(world), world),
      sim,
    );
    if (!actor.isAlive) return never<Answer>();
    note(
      sim,
      () =>
        `${actor.name} ${verb} answered stop=${answer.stop} ${answer.next ? `${answer.next.fileName}.${answer.next.attempt}` : '-'}`,
    );
    return answer;
  };
  const call = <T>(what: string, effect: () => Promise<T>) => faultyCall(what, [], effect, actor, sim);

  return {
    now: clock.now,
    random: dice.random,
    sleep: (ms, signal) => sleepOf(actor, ms, signal, sim),
    log: ({ event, message }) => note(sim, () => `${actor.name} says ${event}: ${message.slice(0, 80)}`),
    next: () => via('claim', (world) => claim(vmName, world)),
    renew: ({ jobId, attempt }) =>
      via('renew', (world) => renew({ vmName, jobId, attempt }, world), { jobId, attempt }),
    async release({ jobId, attempt }) {
      await via('release', (world) => release({ vmName, jobId, attempt }, world), { jobId, attempt });
    },
    finish: (report) => {
      const { jobId, attempt, status } = report;
      return via('finish', (world) => finish({ vmName, ...report }, world), { jobId, attempt, status });
    },
    peek: (amount) => call('queue.peek', () => queue.peek(amount)),
    download: (fileName, etag) =>
      call('agent.download', async () => {
        const file = memory.files.get(fileName);
        if (!file) return { outcome: 'gone' };
        return file.etag === etag ? { outcome: 'ok', metadata: file.metadata } : { outcome: 'changed' };
      }),
    uploadResult: () => call('agent.uploadResult', async () => {}),
    handOn: (name, _path, metadata) =>
      call('agent.handOn', async () => {
        if (!memory.files.has(name)) sim.upload(name, metadata, 'ok');
      }),
    openFolder: async ({ jobId, attempt }) => ({
      path: `${jobId}.${attempt}`,
      input: `${jobId}.${attempt}/in`,
      output: `${jobId}.${attempt}/out`,
    }),
    closeFolder: async () => {},
    clearFolders: async () => {},
    async run({ workingFolder }, signal) {
      const job = memory.jobs.get(workingFolder.split('.')[0] ?? '');
      return runGuest(job, machine, actor, signal, sim);
    },
  };

  function toWire({ stop, next }: CoreAnswer, world: World): Answer {
    return { stop, next: next && leaseOf(next, rules, world.now()) };
  }
}
