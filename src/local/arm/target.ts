import { refusal } from './refusal.ts';

/** What a request is about, by its path. */
export interface Target {
  subscriptionId: string;
  /** '' for what is asked of the whole subscription. */
  resourceGroup: string;
  /** Method and kind in lower case, with a star for the name, as in `get compute/virtualmachines/*`. */
  route: string;
  /** '' for a list. */
  name: string;
  /** Of an operation. */
  id: string;
}

const group = /(?:\/resourceGroups\/(?<group>[^/]+))?/;
const resource = /\/(?<type>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<action>[^/]+)(?:\/(?<id>[^/]+))?)?)?/;
const pattern = new RegExp(
  `^/subscriptions/(?<subscription>[^/]+)${group.source}/providers/Microsoft\\.(?<provider>[^/]+)${resource.source}$`,
  'i',
);

/** Reads what a request is about. Any `api-version` will do, but one there must be; throws the refusal otherwise. */
export function parseTarget(method: string, url: URL): Target {
  if (!url.searchParams.has('api-version')) {
    const message = 'The api-version query parameter (?api-version=) is required for all requests.';
    throw refusal(400, 'MissingApiVersionParameter', message);
  }
  const parts = pattern.exec(url.pathname)?.groups;
  if (!parts) throw refusal(404, 'NotFound', `No resource is served at ${url.pathname}.`);
  const part = (name: string) => decodeURIComponent(parts[name] ?? '');
  const kind = [part('provider'), part('type'), part('name') && '*', part('action')]
    .filter(Boolean)
    .join('/');
  return {
    subscriptionId: part('subscription'),
    resourceGroup: part('group'),
    route: `${method} ${kind}`.toLowerCase(),
    name: part('name'),
    id: part('id'),
  };
}
