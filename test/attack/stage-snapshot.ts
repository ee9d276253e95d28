import type { Memory } from '../sim/memory.ts';

/** Rows of the log that come of calls, and are few. */
const noted = ['refused-caller', 'callers-unread'];

/** Everything in a memory by name, but for those rows; and what ARM was ordered to do. */
export function snapshotOf(memory: Memory, ordered: readonly string[]): Map<string, string> {
  const { queues, log, joined, fresh: _, ...maps } = memory;
  const all = new Map<string, string>();
  const add = (group: string, items: Iterable<[string | number, unknown]>) => {
    for (const [key, item] of items) all.set(`${group} ${key}`, JSON.stringify(item));
  };
  for (const [group, items] of Object.entries(maps)) add(group, items);
  for (const [queue, messages] of Object.entries(queues)) add(queue, messages);
  add(
    'joined',
    [...joined].map(([id, ids]) => [id, [...ids]]),
  );
  add('log', log.filter(({ event }) => !noted.includes(event)).entries());
  add('ordered', ordered.entries());
  return all;
}
