import { HttpRequest, InvocationContext } from '@azure/functions';
import { vi } from 'vitest';
import type { World } from '../../src/core/world.ts';

/** What the app must find in its environment to load; nothing there is ever called in these tests. */
export const settings = {
  AzureWebJobsStorage__accountName: 'nowhere',
  VM_SUBSCRIPTION_ID: 's',
  VM_RESOURCE_GROUP: 'r',
  COLLECT_SCHEDULE: '0 */10 * * * *',
  WATCH_SCHEDULE: '0 * * * * *',
  BLOB_SOURCE: 'EventGrid',
  CALLER_AUDIENCE: 'api://rouse',
  TENANT_ID: '00000000-0000-0000-0000-00000000000a',
  SOURCES: '[{"name":"prices","url":"https://example.org/prices.csv"}]',
};

/** Imports a door as the worker would: with its settings in the environment. */
export async function openDoor<Name extends string>(
  name: Name,
): Promise<Record<Name, (...given: never[]) => unknown>> {
  for (const [setting, value] of Object.entries(settings)) vi.stubEnv(setting, value);
  return import(`../../src/functions/${name}.ts`);
}

export function contextOf(triggerMetadata: Record<string, unknown> = {}): InvocationContext {
  return new InvocationContext({
    functionName: 'test',
    invocationId: '1',
    triggerMetadata: triggerMetadata as never,
  });
}

export function request(method: 'GET' | 'POST', query: Record<string, string>, body?: unknown): HttpRequest {
  const url = `http://localhost/api/x?${new URLSearchParams(query)}`;
  const headers = fromAnyVm;
  if (body === undefined) return new HttpRequest({ method, url, headers });
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new HttpRequest({ method, url, headers, body: { string: text } });
}

const sharedAddress = '10.0.0.1';

/** The headers of a call from the one address that all VMs of {@link behindOneAddress} have. */
export const fromAnyVm = { 'x-forwarded-for': `${sharedAddress}:1234` };

/** The same world, with all VMs of its pool behind one address: whoever calls from there is believed to be the one that it names. */
export function behindOneAddress(world: World): World {
  const read = async () =>
    new Map((await world.pool.list()).map(({ name }) => [name.toLowerCase(), [sharedAddress]]));
  return { ...world, callers: { ...world.callers, check: 'ip', addresses: { read, readAgain: read } } };
}
