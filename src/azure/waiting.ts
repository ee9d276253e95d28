import { odata, type TableClient } from '@azure/data-tables';
import type { IndexEntry } from '../core/world.ts';
import { type Row, textOf, timeColumn } from './columns.ts';
import { waitingEnd, waitingEntryOf, waitingPartition, waitingPrefix } from './index-row.ts';
import { listRows } from './table.ts';

/** The first due entries of these actions' partitions (of all, if none is named), by priority, then time, then key. */
export async function readWaiting(
  tbljob: TableClient,
  actions: readonly string[],
  now: number,
  count: number,
): Promise<IndexEntry[]> {
  const due = timeColumn(now);
  const heads =
    actions.length > 0
      ? await Promise.all(actions.map((action) => readHead(tbljob, waitingPartition(action), due, count)))
      : await readHeads(tbljob, due, count);
  return heads.flat().flatMap(waitingEntryOf).sort(byKey).slice(0, count);
}

function readHead(tbljob: TableClient, partition: string, due: string, count: number): Promise<Row[]> {
  return listRows(tbljob, odata`PartitionKey eq ${partition} and due le ${due}`, count);
}

/**
 * The heads of all partitions that there are. Rows come partition by partition, so that one read is enough for a short
 * waiting; a full page may have cut its last partition off, which then is read again, or leapt over if it filled the page.
 */
async function readHeads(tbljob: TableClient, due: string, count: number): Promise<Row[][]> {
  const heads: Row[][] = [];
  for (let after = waitingPrefix; ; ) {
    const filter = odata`PartitionKey gt ${after} and PartitionKey lt ${waitingEnd} and due le ${due}`;
    const rows = await listRows(tbljob, filter, count);
    if (rows.length < count) return [...heads, rows];
    const last = rows.at(-1)?.partitionKey;
    const whole = rows.filter((row) => row.partitionKey !== last);
    heads.push(whole.length > 0 ? whole : rows);
    after = textOf((whole.at(-1) ?? rows.at(-1))?.partitionKey);
  }
}

function byKey(a: IndexEntry, b: IndexEntry): number {
  return a.priority - b.priority || a.at - b.at || (a.jobId < b.jobId ? -1 : 1);
}
