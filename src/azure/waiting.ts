import { odata, type TableClient } from '@azure/data-tables';
import type { IndexEntry } from '../core/world.ts';
import { textOf, timeColumn } from './columns.ts';
import { waitingEnd, waitingEntryOf, waitingPartition, waitingPrefix } from './index-row.ts';
import { listRows } from './table.ts';

/** The first due entries of these actions' partitions (of all, if none is named), by priority, then time, then key. */
export async function readWaiting(
  tbljob: TableClient,
  actions: readonly string[],
  now: number,
  count: number,
): Promise<IndexEntry[]> {
  const partitions = actions.length > 0 ? actions.map(waitingPartition) : await waitingPartitions(tbljob);
  const heads = await Promise.all(partitions.map((partition) => readHead(tbljob, partition, now, count)));
  return heads.flat().sort(byKey).slice(0, count);
}

async function readHead(
  tbljob: TableClient,
  partition: string,
  now: number,
  count: number,
): Promise<IndexEntry[]> {
  const filter = odata`PartitionKey eq ${partition} and due le ${timeColumn(now)}`;
  return (await listRows(tbljob, filter, count)).flatMap(waitingEntryOf);
}

/** The partitions that have entries, found by leaping from the first row of one to the first row of the next. */
async function waitingPartitions(tbljob: TableClient): Promise<string[]> {
  const partitions: string[] = [];
  for (let last = waitingPrefix; ; ) {
    const filter = odata`PartitionKey gt ${last} and PartitionKey lt ${waitingEnd}`;
    const [first] = await listRows(tbljob, filter, 1);
    if (!first) return partitions;
    last = textOf(first.partitionKey);
    partitions.push(last);
  }
}

function byKey(a: IndexEntry, b: IndexEntry): number {
  return a.priority - b.priority || a.at - b.at || (a.jobId < b.jobId ? -1 : 1);
}
