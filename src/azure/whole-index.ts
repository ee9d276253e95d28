import { odata, type TableClient } from '@azure/data-tables';
import type { IndexEntry } from '../core/world.ts';
import { restingEntryOf, restingPartition, waitingEnd, waitingEntryOf, waitingPrefix } from './index-row.ts';
import { listRows } from './table.ts';

/** Their keys say all that is asked of them: 1,000 rows a page, whatever else stands in them. */
const keys = ['partitionKey', 'rowKey'];

/** Every waiting entry, of whichever action, due or not. */
export async function readAllWaiting(tbljob: TableClient): Promise<IndexEntry[]> {
  const filter = odata`PartitionKey gt ${waitingPrefix} and PartitionKey lt ${waitingEnd}`;
  return (await listRows(tbljob, filter, undefined, keys)).flatMap(waitingEntryOf);
}

/** Every resting entry. */
export async function readResting(tbljob: TableClient): Promise<IndexEntry[]> {
  const filter = odata`PartitionKey eq ${restingPartition}`;
  return (await listRows(tbljob, filter, undefined, keys)).flatMap(restingEntryOf);
}
