import { odata, type TableClient } from '@azure/data-tables';
import * as z from 'zod/mini';
import { AppError } from '../core/errors.ts';
import type { JobPage, JobSource } from '../core/world.ts';
import { type Row, textOf } from './columns.ts';
import { isStatus, translated } from './errors.ts';
import { restingEntryOf, restingPartition, waitingEnd, waitingEntryOf, waitingPrefix } from './index-row.ts';
import { resultPartition } from './result-row.ts';

/** What the table client makes its continuation tokens of: base64 of this as JSON. */
const token = z.object({
  nextPartitionKey: z.string().check(z.minLength(1)),
  nextRowKey: z.optional(z.string()),
});

/** The partition with a row for each later step of a workflow. */
export function rootPartition(rootJobId: string): string {
  return `root-${rootJobId}`;
}

/**
 * One page of a source, with one request. The continuation is the table service's own, which a caller hands back to us: what
 * cannot be one is `bad_input`, whether we see it or the service does. Whatever it says, only rows of the source are read.
 */
export async function readPage(
  tables: { tbljob: TableClient; tblresults: TableClient },
  source: JobSource,
  count: number,
  continuation?: string,
): Promise<JobPage> {
  if (continuation !== undefined && !isToken(continuation)) throw notOurs();
  const { table, filter, idOf } = rowsOf(tables, source);
  const queryOptions = { filter, select: ['partitionKey', 'rowKey'] };
  const options = {
    maxPageSize: count,
    ...(continuation !== undefined && { continuationToken: continuation }),
  };
  return translated(async () => {
    try {
      const { value: page } = await table.listEntities({ queryOptions }).byPage(options).next();
      const next: string | undefined = page?.continuationToken;
      return { ids: [...(page ?? [])].flatMap(idOf), ...(next !== undefined && { continuation: next }) };
    } catch (error) {
      if (continuation !== undefined && isStatus(error, 400)) throw notOurs(error);
      throw error;
    }
  });
}

function rowsOf({ tbljob, tblresults }: { tbljob: TableClient; tblresults: TableClient }, source: JobSource) {
  const rowKeyOf = (row: Row) => [textOf(row.rowKey)];
  switch (source) {
    case 'waiting':
      return {
        table: tbljob,
        filter: odata`PartitionKey gt ${waitingPrefix} and PartitionKey lt ${waitingEnd}`,
        idOf: (row: Row) => waitingEntryOf(row).map(({ jobId }) => jobId),
      };
    case 'resting':
      return {
        table: tbljob,
        filter: odata`PartitionKey eq ${restingPartition}`,
        idOf: (row: Row) => restingEntryOf(row).map(({ jobId }) => jobId),
      };
    case 'results':
      return {
        table: tblresults,
        filter: odata`PartitionKey eq ${resultPartition}`,
        idOf: rowKeyOf,
      };
    default:
      return {
        table: tbljob,
        filter: odata`PartitionKey eq ${rootPartition(source.rootJobId)}`,
        idOf: rowKeyOf,
      };
  }
}

function isToken(text: string): boolean {
  try {
    return token.safeParse(JSON.parse(Buffer.from(text, 'base64').toString('utf8'))).success;
  } catch {
    return false;
  }
}

function notOurs(cause?: unknown): AppError {
  return new AppError('bad_input', 'continuation: is none that a page of this query gave', { cause });
}
