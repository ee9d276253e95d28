import type { World } from '../../src/core/world.ts';
import type { Effect } from './checker.ts';
import { type Actor, count, type Sim, violate } from './sim.ts';

/** Shows an effect to the checkers. */
export function show(effect: Effect, actor: Actor, sim: Sim): void {
  if (effect.kind === 'job' || effect.kind === 'vm') sim.writtenAt = sim.clock.now();
  for (const checker of sim.checkers) {
    const broken = checker.effect?.(effect, actor, sim);
    if (broken) violate(sim, `${checker.invariant} ${broken} (${actor.name}, ${actor.intent.verb})`);
  }
}

/** The world with every effect shown to the checkers, and every lost race counted. */
export function watchedWorld(world: World, actor: Actor, sim: Sim): World {
  const { memory } = sim;
  const { pool, jobs, messages, files, machines } = world;
  const tell = (effect: Effect) => show(effect, actor, sim);
  const other = (call: string) => tell({ kind: 'other', call });
  const lost = (call: string, how: string) => count(sim, `race ${call} ${how}`);

  return {
    ...world,
    jobs: {
      ...jobs,
      async insert(job) {
        const after = await jobs.insert(job);
        if (after) tell({ kind: 'job', before: undefined, after });
        else lost('jobs.insert', 'lost');
        return after;
      },
      async write(job) {
        const before = memory.jobs.get(job.id);
        const after = await jobs.write(job);
        if (after) tell({ kind: 'job', before, after });
        else lost('jobs.write', 'lost');
        return after;
      },
      async enlist(place, job) {
        const known = memory.index.size;
        await jobs.enlist(place, job);
        if (memory.index.size > known) other('jobs.enlist');
      },
      async drop(entry) {
        const known = memory.index.size;
        await jobs.drop(entry);
        if (memory.index.size < known) tell({ kind: 'dropped', entry });
      },
      async join(rootJobId, jobId) {
        if (!memory.joined.get(rootJobId)?.has(jobId)) other('jobs.join');
        await jobs.join(rootJobId, jobId);
      },
      async record(job) {
        const recorded = await jobs.record(job);
        if (recorded === 'duplicate') lost('jobs.record', recorded);
        tell({ kind: 'result', job, isNew: recorded === 'new' });
        return recorded;
      },
    },
    pool: {
      ...pool,
      async write(vm) {
        const before = memory.vms.get(vm.name);
        const after = await pool.write(vm);
        if (after && before) tell({ kind: 'vm', before, after });
        else lost('pool.write', 'lost');
        return after;
      },
      async hear(name, heard) {
        await pool.hear(name, heard);
        other('pool.hear');
      },
    },
    files: {
      ...files,
      async remove(fileName, etag) {
        const file = memory.files.get(fileName);
        const removed = await files.remove(fileName, etag);
        if (removed !== 'removed') lost('files.remove', removed);
        else if (file) tell({ kind: 'blob', file });
        return removed;
      },
    },
    messages: {
      ...messages,
      async send(message) {
        const ticket = await messages.send(message);
        other('messages.send');
        return ticket;
      },
      async remove(ticket, queue) {
        const removed = await messages.remove(ticket, queue);
        if (removed === 'gone') lost('messages.remove', removed);
        else other('messages.remove');
        return removed;
      },
      async poison(queue, text) {
        await messages.poison(queue, text);
        other('messages.poison');
      },
    },
    machines: {
      ...machines,
      async start(vm) {
        await machines.start(vm);
        other('machines.start');
      },
      async deallocate(vm) {
        tell({ kind: 'deallocate', vm: memory.vms.get(vm.name) });
        return machines.deallocate(vm);
      },
    },
  };
}
