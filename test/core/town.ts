import { expect } from 'vitest';
import { assign } from '../../src/core/assign.ts';
import { fill } from '../../src/core/fill.ts';
import { type Job, jobIdOf } from '../../src/core/job.ts';
import { defaultRules, type Rules } from '../../src/core/rules.ts';
import { beginTurn } from '../../src/core/turn.ts';
import type { Vm } from '../../src/core/vm.ts';
import type { World } from '../../src/core/world.ts';
import { emptyMemory, type Memory } from '../sim/memory.ts';
import { memoryWorld } from '../sim/world.ts';
import { sampleVm } from './samples.ts';

/** A world in memory with a clock that stands still until it is moved, and what tests do to it from outside. */
export interface Town {
  world: World;
  memory: Memory;
  /** Moves the clock. */
  pass(ms: number): void;
  upload(fileName: string, change?: { metadata?: Record<string, string>; sizeBytes?: number }): void;
  /** Uploads a file and has it assigned, as the blob trigger does. */
  arrive(fileName: string, metadata?: Record<string, string>): Promise<Job>;
  vm(name: string): Vm;
  editVm(name: string, change: Partial<Vm>): void;
  /** The job of the present version of a file, or of the version that is named. */
  job(fileName: string, etag?: string): Job;
  events(): string[];
  /** The next call of this kind is executed, and its answer lost: to the caller another write came first. */
  loseReply(group: 'pool' | 'jobs', verb: 'write' | 'insert'): void;
}

export function openTown(vms: (string | Partial<Vm>)[], rules: Partial<Rules> = {}): Town {
  const memory = emptyMemory();
  let now = 1_700_000_000_000;
  const world = memoryWorld(memory, { ...defaultRules, ...rules }, { now: () => now, random: () => 0 });
  for (const vm of vms) {
    const row = sampleVm(typeof vm === 'string' ? { name: vm } : vm);
    memory.vms.set(row.name, { ...row, version: memory.fresh() });
    memory.powers.set(row.name.toLowerCase(), row.state === 'running' ? 'running' : 'deallocated');
  }
  const town: Town = {
    world,
    memory,
    pass(ms) {
      now += ms;
    },
    upload(fileName, { metadata = {}, sizeBytes = 1 } = {}) {
      memory.files.set(fileName, { fileName, etag: memory.fresh(), sizeBytes, modifiedAt: now, metadata });
    },
    async arrive(fileName, metadata = {}) {
      town.upload(fileName, { metadata });
      const assigned = await assign(fileName, world);
      expect(assigned.outcome).toBe('listed');
      return town.job(fileName);
    },
    vm(name) {
      const vm = memory.vms.get(name);
      if (!vm) throw new Error(`no VM ${name}`);
      return vm;
    },
    editVm(name, change) {
      memory.vms.set(name, { ...town.vm(name), ...change, version: memory.fresh() });
    },
    job(fileName, etag = memory.files.get(fileName)?.etag ?? '') {
      const job = memory.jobs.get(jobIdOf(fileName, etag));
      if (!job) throw new Error(`no job for ${fileName} ${etag}`);
      return job;
    },
    events: () => memory.log.map((line) => line.event),
    loseReply(group, verb) {
      const calls: Record<string, (...given: never[]) => Promise<unknown>> = { ...world[group] };
      const call = calls[verb];
      if (!call) throw new Error(`no ${group}.${verb}`);
      const losing = async (given: never) => {
        Object.assign(world[group], { [verb]: call });
        await call(given);
        return undefined;
      };
      Object.assign(world[group], { [verb]: losing });
    },
  };
  return town;
}

/** Fills the pool as a tick does that has all the time in the world. */
export function fillNow(world: World): Promise<number> {
  return fill(Number.POSITIVE_INFINITY, beginTurn(world.now), world);
}
