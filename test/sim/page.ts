import { AppError } from '../../src/core/errors.ts';
import type { JobPage, JobSource } from '../../src/core/world.ts';
import type { Memory } from './memory.ts';

/** A page of a source's ids in the order of their keys; the continuation is the last key of the page before. */
export function pageOf(
  source: JobSource,
  count: number,
  continuation: string | undefined,
  memory: Memory,
): JobPage {
  if (continuation !== undefined && !continuation.startsWith('after '))
    throw new AppError('bad_input', 'continuation: is none that a page of this query gave');
  const after = continuation?.slice('after '.length) ?? '';
  const rest = rowsOf(source, memory)
    .filter(({ key }) => key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = rest.slice(0, count);
  const last = page.at(-1);
  return {
    ids: page.map(({ id }) => id),
    ...(last && page.length < rest.length && { continuation: `after ${last.key}` }),
  };
}

function rowsOf(source: JobSource, { index, results, joined }: Memory): { key: string; id: string }[] {
  if (source === 'results') return [...results.keys()].map((id) => ({ key: id, id }));
  if (typeof source === 'object')
    return [...(joined.get(source.rootJobId) ?? [])].map((id) => ({ key: id, id }));
  return [...index]
    .filter(([, { place }]) => place === source)
    .map(([key, { jobId }]) => ({ key, id: jobId }));
}
