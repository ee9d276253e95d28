import assert from 'node:assert';
import { odata } from '@azure/data-tables';
import { sameName, type Vm } from '../core/vm.ts';
import type { Pool } from '../core/world.ts';
import { asKey, booleanOf, isKey, pastTimeOf, textOf, timeColumn } from './columns.ts';
import { ifThere, translated } from './errors.ts';
import type { Storage } from './storage.ts';
import { listRows, writeIfUnchanged } from './table.ts';
import { columnsOf, vmOf, vmPartition } from './vm-row.ts';

/** Apart from the rows, so that a VM that speaks does not turn a conditional write of its row down. */
const seenPartition = 'seen';

/** The pool in `tblvm`. */
export function azurePool({ tblvm }: Storage): Pool {
  async function list(): Promise<Vm[]> {
    return (await listRows(tblvm, odata`PartitionKey eq ${vmPartition}`)).map(vmOf);
  }

  async function readExactly(name: string): Promise<Vm | undefined> {
    const row = await ifThere(() => tblvm.getEntity(vmPartition, name));
    return row && vmOf(row);
  }

  return {
    list,
    async read(name) {
      if (!isKey(name)) return undefined;
      // Keys have a case, names have none: two cheap guesses before the whole pool is read.
      for (const guess of new Set([name, name.toLowerCase()])) {
        const vm = await readExactly(guess);
        if (vm) return vm;
      }
      return (await list()).find((vm) => sameName(vm.name, name));
    },
    async write(vm) {
      assert(vm.version, `${vm.name} is written without the version that was read`);
      const version = await writeIfUnchanged(tblvm, columnsOf(vm), 'Merge', vm.version);
      return version === undefined ? undefined : { ...vm, version };
    },
    async hear(name, { at, namesJobs }) {
      const rowKey = asKey(name.toLowerCase());
      const row = { partitionKey: seenPartition, rowKey, at: timeColumn(at), namesJobs };
      await translated(() => tblvm.upsertEntity(row, 'Replace'));
    },
    async heard() {
      const rows = await listRows(tblvm, odata`PartitionKey eq ${seenPartition}`);
      return new Map(
        rows.map((row) => [
          textOf(row.rowKey),
          { at: pastTimeOf(row.at), namesJobs: booleanOf(row.namesJobs) },
        ]),
      );
    },
  };
}
