import { AppError } from '../../src/core/errors.ts';
import type { Rules } from '../../src/core/rules.ts';
import type { Vm } from '../../src/core/vm.ts';
import type { Files, Machines, Power, World } from '../../src/core/world.ts';
import { memoryJobs } from './jobs.ts';
import type { Memory } from './memory.ts';
import { memoryMessages } from './messages.ts';
import { memoryPool } from './pool.ts';

/** Time and chance, both given by whoever runs the world. */
export interface Chance {
  now(): number;
  random(): number;
}

/** The world in memory: every call succeeds at once, and the same calls have the same outcome. */
export function memoryWorld(memory: Memory, rules: Rules, { now, random }: Chance): World {
  return {
    rules,
    container: 'data',
    now,
    random,
    pool: memoryPool(memory),
    jobs: memoryJobs(memory),
    messages: memoryMessages(memory, now),
    files: memoryFiles(memory),
    machines: memoryMachines(memory),
    async log(line) {
      memory.log.push({ ...line });
    },
  };
}

function memoryFiles({ files }: Memory): Files {
  return {
    async list() {
      return [...files.values()].map(({ fileName, etag, modifiedAt }) => ({ fileName, etag, modifiedAt }));
    },
    async head(fileName) {
      const file = files.get(fileName);
      return file && { ...file, metadata: { ...file.metadata } };
    },
    async remove(fileName, etag) {
      const file = files.get(fileName);
      if (!file) return 'gone';
      if (file.etag !== etag) return 'changed';
      files.delete(fileName);
      return 'removed';
    },
  };
}

function memoryMachines({ powers }: Memory): Machines {
  async function turn(vm: Vm, power: Power): Promise<void> {
    const name = vm.name.toLowerCase();
    if (!powers.has(name)) throw new AppError('not_found', `there is no VM ${vm.name}`);
    powers.set(name, power);
  }
  return {
    async powers(vms) {
      const names = vms.map((vm) => vm.name.toLowerCase());
      return new Map(names.map((name) => [name, powers.get(name) ?? 'unknown']));
    },
    // What takes minutes in Azure is done when it is submitted.
    start: (vm) => turn(vm, 'running'),
    deallocate: (vm) => turn(vm, 'deallocated'),
  };
}
