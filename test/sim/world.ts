import { makeCallers } from '../../src/core/callers.ts';
import { AppError } from '../../src/core/errors.ts';
import type { Rules } from '../../src/core/rules.ts';
import type { Vm } from '../../src/core/vm.ts';
import type { Files, Machines, Power, World } from '../../src/core/world.ts';
import { memoryJobs } from './jobs.ts';
import type { Memory } from './memory.ts';
import { memoryMessages } from './messages.ts';
import { memoryPool } from './pool.ts';
import { memoryVerify, principalOf } from './verify.ts';

/** Time and chance, both given by whoever runs the world. */
export interface Chance {
  now(): number;
  random(): number;
}

/** The world in memory: every call succeeds at once, and the same calls have the same outcome. */
export function memoryWorld(memory: Memory, rules: Rules, { now, random }: Chance): World {
  const pool = memoryPool(memory);
  const machines = memoryMachines(memory);
  const log: World['log'] = async (line) => {
    memory.log.push({ ...line });
  };
  return {
    rules,
    container: 'data',
    now,
    random,
    pool,
    jobs: memoryJobs(memory),
    messages: memoryMessages(memory, now),
    files: memoryFiles(memory),
    machines,
    callers: makeCallers(
      { check: 'identity', trustedProxies: 1, verify: memoryVerify },
      { pool, machines, log, now },
    ),
    log,
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

function memoryMachines(memory: Memory): Machines {
  const { powers } = memory;
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
    ...reportedOn(memory),
    // What takes minutes in Azure is done when it is submitted.
    start: (vm) => turn(vm, 'running'),
    deallocate: (vm) => turn(vm, 'deallocated'),
  };
}

/** What ARM reports on the VMs that it knows: a principal after the name of each, and an address of its own. */
export function reportedOn({ powers }: Memory): Pick<Machines, 'identities' | 'addresses'> {
  const known = (vms: readonly Vm[]) =>
    vms.map(({ name }) => name.toLowerCase()).filter((name) => powers.has(name));
  return {
    async identities(vms) {
      return new Map(
        known(vms).map((name) => [name, { principalId: principalOf(name), resourceId: `/vms/${name}` }]),
      );
    },
    async addresses(vms) {
      const all = [...powers.keys()].sort();
      return new Map(known(vms).map((name) => [name, [addressAt(all.indexOf(name))]]));
    },
  };
}

/** Azure keeps the first four of a subnet. */
function addressAt(index: number): string {
  return `10.0.${Math.floor(index / 250)}.${4 + (index % 250)}`;
}
