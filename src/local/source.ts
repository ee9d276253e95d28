import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dataset } from './datasets.ts';
import { closeServer, listen } from './listen.ts';
import { makeSourceFaults, type SourceFault } from './source-fault.ts';
import { makeSourceFiles, type SourceFile } from './source-file.ts';

/** A web server that holds files to collect, as the outside world would have one. */
export interface SourceServer {
  /** Where a file is to be had, whatever its name; also for names that the server does not hold. */
  url(name: string): string;
  /** What was asked for lately, in the order in which the answers began. */
  requests(): readonly SourceRequest[];
  /** Lets the next requests for a file fail: so many of them, by default all until `heal`. */
  fail(name: string, fault: SourceFault, times?: number): void;
  heal(name: string): void;
  close(): Promise<void>;
}

export interface SourceRequest {
  method: string;
  name: string;
  /** As sent, also where the content was cut off. */
  status: number;
}

/** A world may stay up for days. */
const requestsKept = 10_000;

/**
 * Starts a server on a free port of 127.0.0.1. Files are streamed from disk as they are at the time of the request, with
 * validators; conditional requests as in RFC 9110, section 13.
 */
export async function startSourceServer(
  files: readonly Pick<Dataset, 'name' | 'file'>[],
): Promise<SourceServer> {
  const fileOf = new Map(files.map(({ name, file }) => [name, file]));
  const openFile = makeSourceFiles();
  const faults = makeSourceFaults();
  const requests: SourceRequest[] = [];
  const closing = new AbortController();
  const underway = new Set<Promise<void>>();

  const server = createServer((request, response) => {
    const name = nameIn(request);
    const answered = answer({
      request,
      response,
      name,
      begin(status, headers) {
        if (requests.length >= requestsKept) requests.shift();
        requests.push({ method: request.method ?? '', name, status });
        return response.writeHead(status, headers);
      },
    }).finally(() => underway.delete(answered));
    underway.add(answered);
  });

  async function answer(exchange: Exchange): Promise<void> {
    const fault = faults.take(exchange.name);
    try {
      if (fault?.kind === 'delay') await sleep(fault.delayMs, undefined, { signal: closing.signal });
      if (fault?.kind === 'status') return refuse(exchange, fault.status);
      if (fault?.kind === 'throttle')
        return refuse(exchange, 429, { 'Retry-After': fault.retryAfterSeconds });
      const { method } = exchange.request;
      if (method !== 'GET' && method !== 'HEAD') return refuse(exchange, 405, { Allow: 'GET, HEAD' });
      const file = fileOf.get(exchange.name);
      if (file === undefined) return refuse(exchange, 404);
      const opened = await openFile(file);
      try {
        await send(exchange, opened, fault);
      } finally {
        await opened.close();
      }
    } catch (error) {
      breakOff(exchange, error);
    }
  }

  const port = await listen(server);
  return {
    url: (name) => `http://127.0.0.1:${port}/${encodeURIComponent(name)}`,
    requests: () => requests,
    fail: (name, fault, times = Number.POSITIVE_INFINITY) => faults.set(name, fault, times),
    heal: faults.clear,
    async close() {
      closing.abort();
      await closeServer(server);
      await Promise.all(underway);
    },
  };
}

/** One request and its answer. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** What is asked for. */
  name: string;
  /** Notes the request as answered and sends status and headers. */
  begin(status: number, headers?: OutgoingHttpHeaders): ServerResponse;
}

async function send(exchange: Exchange, file: SourceFile, fault: SourceFault | undefined): Promise<void> {
  const { request, response } = exchange;
  if (fault?.kind !== 'no-validators') {
    response.setHeader('ETag', file.etag);
    response.setHeader('Last-Modified', file.modifiedAt.toUTCString());
    if (isUnchanged(request, file)) return void exchange.begin(304).end();
  }
  exchange.begin(200, { 'Content-Type': file.type, 'Content-Length': file.sizeBytes });
  if (request.method === 'HEAD') return void response.end();

  const cut = fault?.kind === 'cut';
  response.flushHeaders();
  await pipeline(file.read(cut ? Math.floor(file.sizeBytes / 2) : file.sizeBytes), response, { end: !cut });
  if (cut) response.socket?.destroySoon();
}

function refuse(exchange: Exchange, status: number, headers: OutgoingHttpHeaders = {}): void {
  exchange.begin(status, { ...headers, 'Content-Length': 0 }).end();
}

/** An error before the answer is a 500; later, or when the client has gone, the connection can only be cut. */
function breakOff(exchange: Exchange, error: unknown): void {
  const { response } = exchange;
  if (response.headersSent || response.destroyed) response.destroy();
  else refuse(exchange, isMissing(error) ? 404 : 500);
}

/** Whether the client has this version already. `If-None-Match` decides where it is sent (RFC 9110, section 13.2.2). */
function isUnchanged(request: IncomingMessage, file: SourceFile): boolean {
  const tags = request.headers['if-none-match'];
  if (tags !== undefined) {
    return tags.split(',').some((tag) => ['*', file.etag].includes(tag.trim().replace(/^W\//, '')));
  }
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  return file.modifiedAt.getTime() <= since;
}

/** The name asked for; '' where the path is no encoded text. */
function nameIn(request: IncomingMessage): string {
  const [path = ''] = (request.url ?? '').split('?');
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    return '';
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
