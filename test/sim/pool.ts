import assert from 'node:assert';
import { sameName, type Vm } from '../../src/core/vm.ts';
import type { Pool } from '../../src/core/world.ts';
import { byKey, type Memory } from './memory.ts';

/** The pool in memory. */
export function memoryPool({ vms, heard, fresh }: Memory): Pool {
  return {
    async list() {
      return structuredClone(byKey(vms));
    },
    async read(name) {
      return structuredClone(vms.get(name) ?? byKey(vms).find((vm) => sameName(vm.name, name)));
    },
    async write(vm) {
      assert(vm.version, `${vm.name} is written without the version that was read`);
      const row = vms.get(vm.name);
      if (row?.version !== vm.version) return undefined;
      const written = { ...vm, version: fresh() };
      vms.set(vm.name, structuredClone({ ...written, ...setByPeople(row) }));
      return written;
    },
    async hear(name, when) {
      heard.set(name.toLowerCase(), { ...when });
    },
    async heard() {
      return structuredClone(heard);
    },
  };
}

/** What the protocol reads of a row and never writes. */
function setByPeople({ actions, disabled, maintenanceUntil, resourceId }: Vm): Partial<Vm> {
  return { actions, disabled, maintenanceUntil, resourceId };
}
