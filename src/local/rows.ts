import { odata, type TableClient } from '@azure/data-tables';

export type Row = Record<string, unknown>;

/** All rows of a table whose PartitionKey is one of these (all, if none is named). */
export async function readRows(table: TableClient, partitions: readonly string[] = []): Promise<Row[]> {
  const filter = partitions.map((partition) => odata`PartitionKey eq ${partition}`).join(' or ');
  const rows: Row[] = [];
  for await (const row of table.listEntities<Row>(filter ? { queryOptions: { filter } } : {})) rows.push(row);
  return rows;
}

/** Rows as a text table: the columns that are named, widths by content, long cells cut in the middle, but for the last column. */
export function formatRows(rows: readonly Row[], columns: readonly string[], cellWidthMax = 60): string {
  const last = columns.length - 1;
  const widthMax = (index: number) => (index === last ? Number.POSITIVE_INFINITY : cellWidthMax);
  const lines = [
    columns,
    ...rows.map((row) => columns.map((column, index) => cell(row[column], widthMax(index)))),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((text, index) => text.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cell(value: unknown, widthMax: number): string {
  const text = value === undefined || value === null ? '' : String(value).replaceAll('\n', ' ');
  if (text.length <= widthMax) return text;
  const half = Math.floor((widthMax - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(-half)}`;
}
