import { odata } from '@azure/data-tables';
import type { CollectorWorld } from '../core/collect.ts';
import { asKey, textOf } from './columns.ts';
import { translated } from './errors.ts';
import { fetchItem } from './fetch-item.ts';
import { azureLog } from './log.ts';
import { putFile } from './put.ts';
import type { Storage } from './storage.ts';
import { listRows } from './table.ts';

/** The partition of `tbljob` that says which version of each source's item was collected last. */
const sourcePartition = 'source';

/** The collector's real world: sources over HTTP, files and memory in storage. */
export function collectorWorld(storage: Storage): CollectorWorld {
  const { tbljob } = storage;
  return {
    now: Date.now,
    log: azureLog(storage),
    fetchItem,
    put: (file) => putFile(storage, { ...file, ifAbsent: true }),
    async remembered() {
      const rows = await listRows(tbljob, odata`PartitionKey eq ${sourcePartition}`);
      return new Map(rows.map((row) => [textOf(row.rowKey), textOf(row.validator)]));
    },
    async remember(sourceName, validator) {
      const row = { partitionKey: sourcePartition, rowKey: asKey(sourceName), validator };
      await translated(() => tbljob.upsertEntity(row, 'Replace'));
    },
  };
}
