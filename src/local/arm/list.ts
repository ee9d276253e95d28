import type { Reply } from '../reply.ts';
import type { Resource } from './resources.ts';
import type { Target } from './target.ts';

/** Answers a list with the page that was asked for: where the next one is, its last page does not say. */
export function pageOf(
  resources: readonly Resource[],
  target: Target,
  url: URL,
  { origin, pageSize }: { origin: string; pageSize: number },
): Reply {
  const from = Number(url.searchParams.get('$skiptoken') ?? 0);
  const to = from + pageSize;
  const value = resources.slice(from, to).map((resource) => ({
    ...resource,
    // Lists of the whole subscription are known to write the group in capitals.
    ...(target.resourceGroup === '' && { id: withGroupInCapitals(resource.id) }),
  }));
  const next = new URL(url.pathname + url.search, origin);
  next.searchParams.set('$skiptoken', String(to));
  return { status: 200, body: { value, ...(to < resources.length && { nextLink: next.href }) } };
}

function withGroupInCapitals(id: string): string {
  return id.replace(/(?<=\/resourceGroups\/)[^/]+/, (group) => group.toUpperCase());
}
