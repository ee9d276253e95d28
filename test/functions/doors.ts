import { HttpRequest, InvocationContext } from '@azure/functions';
import { vi } from 'vitest';

/** What the app must find in its environment to load; nothing there is ever called in these tests. */
export const settings = {
  AzureWebJobsStorage__accountName: 'nowhere',
  VM_SUBSCRIPTION_ID: 's',
  VM_RESOURCE_GROUP: 'r',
  COLLECT_SCHEDULE: '0 */10 * * * *',
  WATCH_SCHEDULE: '0 * * * * *',
  BLOB_SOURCE: 'EventGrid',
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
  if (body === undefined) return new HttpRequest({ method, url });
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new HttpRequest({ method, url, body: { string: text } });
}
