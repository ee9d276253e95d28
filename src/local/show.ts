import type { Storage } from '../azure/storage.ts';
import { formatRows, type Row, readRows } from './rows.ts';

/** A table as people look at it: which of its partitions, which columns, and by which column the newest comes first. */
interface View {
  partitions: string[];
  columns: string[];
  newestBy: string;
}

const views = {
  tbllog: {
    partitions: [],
    columns: ['DateTime', 'partitionKey', 'Level', 'Event', 'VmName', 'FileName', 'Message'],
    newestBy: 'DateTime',
  },
  tblresults: {
    partitions: ['result'],
    columns: ['DateTime', 'VmName', 'Action', 'Status', 'DurationMs', 'FileName', 'ResultName'],
    newestBy: 'DateTime',
  },
  tblvm: {
    partitions: ['vmlist'],
    columns: [
      'rowKey',
      'state',
      'stateAt',
      'files',
      'actions',
      'disabled',
      'maintenanceUntil',
      'unavailableUntil',
    ],
    newestBy: 'stateAt',
  },
  tbljob: {
    partitions: ['job'],
    columns: ['insertedAt', 'state', 'attempt', 'vmName', 'action', 'fileName', 'cause', 'rowKey'],
    newestBy: 'insertedAt',
  },
} satisfies Record<string, View>;

export type ShownTable = keyof typeof views;
export const shownTables = Object.keys(views) as ShownTable[];

/** The newest rows of one of the tables, as a text table or as JSON lines with every column. */
export async function show(
  connection: Storage,
  table: ShownTable,
  options: { limit: number; json: boolean; correlation?: string },
): Promise<string> {
  const { partitions, columns, newestBy }: View = views[table];
  const rows = (await readRows(connection[table], partitions))
    .filter((row) => options.correlation === undefined || row.CorrelationId === options.correlation)
    .sort((a, b) => String(b[newestBy] ?? '').localeCompare(String(a[newestBy] ?? '')))
    .slice(0, options.limit);
  if (options.json) return rows.map((row) => JSON.stringify(withoutEtag(row))).join('\n');
  return rows.length > 0 ? formatRows(rows, columns) : `${table} is empty`;
}

function withoutEtag({ etag: _etag, timestamp: _timestamp, ...row }: Row): Row {
  return row;
}
