import assert from 'node:assert';
import { sameName, type Vm } from '../../src/core/vm.ts';
import type { Pool } from '../../src/core/world.ts';
import { byKey, type Memory } from './memory.ts';

/** The pool in memory. As with jobs, a row is replaced, never changed. */
export function memoryPool({ vms, heard, fresh }: Memory): Pool {
  return {
    async list() {
      return byKey(vms).map((vm) => ({ ...vm }));
    },
    async read(name) {
      const vm = vms.get(name) ?? byKey(vms).find((other) => sameName(other.name, name));
      return vm && { ...vm };
    },
    async write(vm) {
      assert(vm.version, `${vm.name} is written without the version that was read`);
      const row = vms.get(vm.name);
      if (row?.version !== vm.version) return undefined;
      const written = { ...vm, files: Object.freeze([...vm.files]) as Vm['files'], version: fresh() };
      vms.set(vm.name, { ...written, ...setByPeople(row) });
      return written;
    },
    async hear(name, when) {
      heard.set(name.toLowerCase(), { ...when });
    },
    async heard() {
      return new Map(heard);
    },
  };
}

/** What the protocol reads of a row and never writes. */
function setByPeople({ actions, disabled, maintenanceUntil, resourceId }: Vm): Partial<Vm> {
  return { actions, disabled, maintenanceUntil, resourceId };
}
