import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Invoke } from './invoke.ts';
import { isAllowed, type Keys } from './keys.ts';
import { describeError, type Log } from './log.ts';
import { readBody, toHttpData } from './request.ts';
import { compareRoutes, matchRoute, parseRoute, type Route, splitPath } from './route.ts';
import type { HttpData } from './rpc.ts';
import type { HttpTrigger, LoadedFunction } from './trigger.ts';

export interface HttpOptions {
  functions: readonly LoadedFunction[];
  /** As in host.json. */
  routePrefix: string;
  keys: Keys;
  /** Wanted; a free one is taken if this one is not. */
  port: number;
  invoke: Invoke;
  log: Log;
}

export interface HttpFront {
  port: number;
  /** Takes no new request, and resolves when the last reply is out. */
  stop(): Promise<void>;
}

interface Door {
  called: LoadedFunction;
  trigger: HttpTrigger;
  route: Route;
}

/**
 * The HTTP front of the functions, on 127.0.0.1. Its replies to what reaches no function are those of the real host: 404 for
 * an unknown route and for a method that the route has not (issue 10098 of azure-functions-host), 401 without the key,
 * 500 and no body for a function that failed and for a body that is too large.
 */
export async function startHttp(options: HttpOptions): Promise<HttpFront> {
  const doors = options.functions.flatMap((called): Door[] => {
    const { trigger } = called;
    if (trigger.type !== 'http') return [];
    return [{ called, trigger, route: parseRoute(`${options.routePrefix}/${trigger.route}`) }];
  });
  doors.sort((a, b) => compareRoutes(a.route, b.route));
  const busy = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    busy.add(response);
    response.once('close', () => busy.delete(response));
    answer(request, response, doors, options).catch((error) => {
      // The query may hold a key.
      const [path] = (request.url ?? '').split('?');
      options.log('Host', 'error', `no reply to ${request.method} ${path}: ${describeError(error)}`);
      response.destroy();
    });
  });
  await listen(server, options.port);
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      // Their connections would else be kept for a next request that nobody takes.
      for (const response of busy) response.shouldKeepAlive = false;
      server.close();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!taken || port === 0) throw error;
    await listen(server, 0);
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  doors: readonly Door[],
  { keys, invoke }: HttpOptions,
): Promise<void> {
  const url = readUrl(request);
  const path = url && splitPath(url.pathname);
  if (!url || !path) return reply(response, { statusCode: '400' });
  const found = findDoor(doors, request.method ?? '', path);
  if (!found) return reply(response, { statusCode: '404' });
  const { called, trigger, parameters } = found;
  const key = request.headers['x-functions-key'] ?? url.searchParams.get('code') ?? undefined;
  if (!isAllowed(trigger.authLevel, called.name, key?.toString(), keys))
    return reply(response, { statusCode: '401' });
  const body = await readBody(request);
  if (!body) return reply(response, { statusCode: '500' });
  const { response: result } = await invoke(called, { http: toHttpData(request, url, parameters, body) }, {});
  if (!result) return reply(response, { statusCode: '500' });
  return reply(response, result.returnValue?.http ?? { statusCode: '204' });
}

/** The URL of a request; undefined if it makes none, or names a user: that is an error (RFC 9110, 4.2.4), and the library takes none. */
function readUrl(request: IncomingMessage): URL | undefined {
  const base = `http://${request.headers.host ?? '127.0.0.1'}`;
  if (!URL.canParse(request.url ?? '', base)) return undefined;
  const url = new URL(request.url ?? '', base);
  return url.username === '' && url.password === '' ? url : undefined;
}

function findDoor(doors: readonly Door[], method: string, path: readonly string[]) {
  for (const door of doors) {
    const { methods } = door.trigger;
    if (methods.length > 0 && !methods.includes(method)) continue;
    const parameters = matchRoute(door.route, path);
    if (parameters) return { ...door, parameters };
  }
  return undefined;
}

function reply(response: ServerResponse, { statusCode, headers, body }: HttpData): void {
  response.writeHead(Number(statusCode ?? 200), headers);
  response.end(body?.bytes ?? body?.string ?? '');
}
