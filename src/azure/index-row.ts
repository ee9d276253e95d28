import type { TableEntity } from '@azure/data-tables';
import type { IndexEntry } from '../core/world.ts';
import { type Row, textOf, timeColumn } from './columns.ts';

/** Partitions `waiting-{action}`; `.` is the character after `-`. */
export const waitingPrefix = 'waiting-';
export const waitingEnd = 'waiting.';

export const restingPartition = 'resting';

/**
 * The key of an entry: what the entry says, and nothing else, so that writing it twice changes nothing and dropping
 * one attempt's never drops another's. Keys of `waiting` sort by priority, then time.
 */
export function keyOf(entry: IndexEntry): { partitionKey: string; rowKey: string } {
  const { place, jobId, attempt, action, priority, at } = entry;
  return place === 'resting'
    ? { partitionKey: restingPartition, rowKey: `${jobId}-${attempt}` }
    : {
        partitionKey: waitingPartition(action),
        rowKey: `${priority}-${timeDigits(at)}-${jobId}-${attempt}`,
      };
}

export function waitingPartition(action: string): string {
  return `${waitingPrefix}${action}`;
}

/** A whole row: its key, when it is due as a column to filter by, and what helps people to read it. */
export function columnsOf(entry: IndexEntry, fileName: string): TableEntity {
  return { ...keyOf(entry), due: timeColumn(entry.at), fileName };
}

/** A waiting entry from its key; none where the key is not one of ours. */
export function waitingEntryOf(row: Row): IndexEntry[] {
  const action = textOf(row.partitionKey).slice(waitingPrefix.length);
  const key = /^(\d)-(\d{15})-(\w+)-(\d+)$/.exec(textOf(row.rowKey));
  if (!key) return [];
  const [, priority, at, jobId = '', attempt] = key;
  return [
    {
      place: 'waiting',
      jobId,
      attempt: Number(attempt),
      action,
      priority: Number(priority),
      at: Number(at),
    },
  ];
}

/** A resting entry from its key, which says no more of the job than which one it is. */
export function restingEntryOf(row: Row): IndexEntry[] {
  const [, jobId = '', attempt] = /^(\w+)-(\d+)$/.exec(textOf(row.rowKey)) ?? [];
  if (jobId === '') return [];
  return [{ place: 'resting', jobId, attempt: Number(attempt), action: '', priority: 0, at: 0 }];
}

/** ms since the epoch in digits that sort as texts. */
function timeDigits(ms: number): string {
  return String(Math.trunc(ms)).padStart(15, '0');
}
