import { once, setMaxListeners } from 'node:events';
import {
  createServer as createHttpServer,
  Agent as HttpAgent,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, Agent as HttpsAgent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProxyServer } from 'httpxy';
import type { Link } from '../../src/local/between.ts';
import type { Certificate } from '../../src/local/certificate.ts';
import { closeServer, listen } from '../../src/local/listen.ts';
import type { Fate } from './faults.ts';
import { refusalOf } from './refusal.ts';

export interface LineOptions {
  link: Link;
  /** What answers there. */
  url: string;
  /** Of both sides, where it is https. */
  certificate: Certificate;
  /** What is to become of the next call. */
  fateOf(link: Link): Fate;
}

/** A line to a service, on which calls are slow or fail. */
export interface Line {
  /** Where the callers find it: the same path, another port. */
  url: string;
  /** Breaks it, once the calls under way have their answers: until `join`, every call is cut before it arrives. */
  part(): Promise<void>;
  join(): void;
  close(): Promise<void>;
}

/** How long calls under way may take to end before it is broken all the same. */
const partMsMax = 3000;

/** Puts a proxy in front of a URL, on a free port of 127.0.0.1. A call keeps the address that it comes from. */
export async function startLine({ link, url, certificate, fateOf }: LineOptions): Promise<Line> {
  const target = new URL(url);
  const isSecure = target.protocol === 'https:';
  const agent = isSecure
    ? new HttpsAgent({ keepAlive: true, ca: certificate.cert })
    : new HttpAgent({ keepAlive: true });
  const forwarding = createProxyServer({
    target: { protocol: target.protocol, hostname: target.hostname, port: target.port },
    agent,
    proxyTimeout: 0,
  });
  /** Calls of which the caller is not to get the answer, and what is done instead. */
  const unanswered = new WeakMap<IncomingMessage, () => void>();
  // A service that cannot be reached, or breaks off: so does the line to the caller.
  forwarding.on('error', (_error, request) => void request?.socket.destroy());
  forwarding.on('proxyRes', (answer, request) => {
    const instead = unanswered.get(request);
    if (!instead) return;
    answer.resume();
    instead();
  });

  const closing = new AbortController();
  // As many calls may be waiting as there are.
  setMaxListeners(0, closing.signal);
  const underway = new Set<Promise<void>>();
  let isParted = false;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { delayMs, fault, retryAfterSeconds } = fateOf(link);
    // Rejects when the proxy closes; the caller then sees its connection end.
    if (delayMs > 0) await sleep(delayMs, undefined, { signal: closing.signal });
    if (isParted || fault === 'cut-before') return void request.socket.destroy();
    if (fault === '500-before' || fault === '503-before' || fault === '429-before') {
      request.resume();
      await once(request, 'end');
      return refuse(response, link, Number(fault.slice(0, 3)), retryAfterSeconds);
    }
    if (fault === 'cut-after') unanswered.set(request, () => request.socket.destroy());
    if (fault === '500-after') unanswered.set(request, () => refuse(response, link, 500, 0));
    const localAddress = request.socket.remoteAddress ?? '';
    await forwarding.web(request, response, { localAddress, selfHandleResponse: fault !== undefined });
  }

  const server = isSecure ? createHttpsServer(certificate) : createHttpServer();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const done = handle(request, response)
      .catch(() => void request.socket.destroy())
      .finally(() => underway.delete(done));
    underway.add(done);
  });
  const port = await listen(server);
  return {
    url: `${target.protocol}//127.0.0.1:${port}${target.pathname === '/' ? '' : target.pathname}`,
    async part() {
      isParted = true;
      await Promise.race([Promise.all(underway), sleep(partMsMax, undefined, { ref: false })]);
    },
    join() {
      isParted = false;
    },
    async close() {
      closing.abort();
      await closeServer(server);
      agent.destroy();
    },
  };
}

/** Answers in the service's stead. */
function refuse(response: ServerResponse, link: Link, status: number, retryAfterSeconds: number): void {
  const { headers, body } = refusalOf(link, status);
  const retryAfter = status === 500 ? {} : { 'retry-after': String(retryAfterSeconds) };
  response.writeHead(status, { ...headers, ...retryAfter });
  response.end(body);
}
