import type { TableClient } from '@azure/data-tables';
import type { ContainerClient } from '@azure/storage-blob';
import type { Box } from '../../src/local/box.ts';
import { readRows } from '../../src/local/rows.ts';

/** What requests must not change, by name: rows, blobs, messages and power states. */
export type Everything = ReadonlyMap<string, string>;

/** The event of the only rows of the log that they may add. */
const refusedEvent = 'refused-caller';

/** Takes down everything but the rows of the log that note a refusal. What was written again as it was is another version, too. */
export async function snapshotOf({ connection, arm }: Box): Promise<Everything> {
  const { tblvm, tbljob, tblresults, tbllog, data, results, config, queues } = connection;
  const queueNames: string[] = [];
  for await (const { name } of queues.listQueues()) queueNames.push(name);
  const parts = await Promise.all([
    ...[tblvm, tbljob, tblresults].map((table) => rowsOf(table)),
    rowsOf(tbllog, ({ Event }) => Event !== refusedEvent),
    ...[data, results, config].map(blobsOf),
    ...queueNames.map(async (name) => {
      const { peekedMessageItems } = await queues.getQueueClient(name).peekMessages({ numberOfMessages: 32 });
      return peekedMessageItems.map((item): [string, string] => [
        `queue ${name}: ${item.messageId}`,
        `${item.dequeueCount} ${item.messageText}`,
      ]);
    }),
  ]);
  const { starts, vms } = arm.stats();
  const machines = Object.entries(vms).map(([name, usage]): [string, string] => [
    `VM ${name}`,
    `${arm.power(name)}, started ${usage.starts} times`,
  ]);
  return new Map([...parts.flat(), ...machines, ['VMs', `started ${starts} times`]]);
}

async function rowsOf(
  table: TableClient,
  isMeant: (row: Record<string, unknown>) => boolean = () => true,
): Promise<[string, string][]> {
  const rows = await readRows(table);
  return rows
    .filter(isMeant)
    .map((row) => [`row of ${table.tableName}: ${row.partitionKey} ${row.rowKey}`, JSON.stringify(row)]);
}

async function blobsOf(container: ContainerClient): Promise<[string, string][]> {
  const blobs: [string, string][] = [];
  for await (const { name, properties } of container.listBlobsFlat())
    blobs.push([`blob in ${container.containerName}: ${name}`, properties.etag]);
  return blobs;
}

/** Keys of the rows that note a refusal. */
export async function refusalsIn({ connection }: Box): Promise<string[]> {
  const rows = await readRows(connection.tbllog, ['Vmstop']);
  return rows.filter(({ Event }) => Event === refusedEvent).map(({ rowKey }) => String(rowKey));
}

/** What differs, a line each. */
export function differences(before: Everything, after: Everything): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${name}: was ${before.get(name) ?? 'not there'}, is ${after.get(name) ?? 'not there'}`);
}
