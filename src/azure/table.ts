import assert from 'node:assert';
import type { TableClient, TableEntity } from '@azure/data-tables';
import type { Row } from './columns.ts';
import { ifThere, isStatus, translated, unless } from './errors.ts';

/**
 * Writes a row if it is still the version that was read, and returns its new version. Undefined if another write came
 * first (412) or the row is gone (404). A retry inside the client may meet its own first try: also undefined, and the
 * caller reads again.
 */
export function writeIfUnchanged(
  table: TableClient,
  row: TableEntity,
  mode: 'Merge' | 'Replace',
  etag: string,
): Promise<string | undefined> {
  return unless(
    async () => versionIn(await table.updateEntity(row, mode, { etag })),
    (error) => isStatus(error, 412) || isStatus(error, 404, 'ResourceNotFound', 'EntityNotFound'),
  );
}

/** Inserts a row and returns its version; undefined if there is one of that key. */
export function insertRow(table: TableClient, row: TableEntity): Promise<string | undefined> {
  return unless(
    async () => versionIn(await table.createEntity(row)),
    (error) => isStatus(error, 409, 'EntityAlreadyExists'),
  );
}

/** All rows that a filter selects, in the order of their keys: the first `count` of them, only these columns, if that is given. */
export function listRows(
  table: TableClient,
  filter: string,
  count = Number.POSITIVE_INFINITY,
  select?: string[],
): Promise<Row[]> {
  return translated(async () => {
    const rows: Row[] = [];
    // A page may hold fewer rows than asked for, even none, and still not be the last.
    const pages = table
      .listEntities({ queryOptions: { filter, ...(select && { select }) } })
      .byPage({ maxPageSize: Math.min(count, 1000) });
    for await (const page of pages) {
      rows.push(...page.slice(0, count - rows.length));
      if (rows.length >= count) break;
    }
    return rows;
  });
}

function versionIn({ etag }: { etag?: string }): string {
  assert(etag, 'the table service gave no ETag for a write');
  return etag;
}

/** Deletes a row, whatever is in it; gone already is fine. */
export async function dropRow(table: TableClient, partitionKey: string, rowKey: string): Promise<void> {
  await ifThere(() => table.deleteEntity(partitionKey, rowKey));
}
