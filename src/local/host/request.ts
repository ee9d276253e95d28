import type { IncomingMessage } from 'node:http';
import type { HttpData } from './rpc.ts';

/** The largest body that the real host takes (100 MiB). */
export const bodyBytesMax = 104_857_600;

/** The body of a request; undefined if it is too large. Rejects if the caller went away half-way. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // What is left of a body that is too large must be let in, or its sender would never read the reply.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * A request in the form in which the library takes it. As with the real host, `params` holds the query too, and of a
 * parameter that is given twice the values are joined by a comma.
 */
export function toHttpData(
  request: IncomingMessage,
  url: URL,
  parameters: Record<string, string>,
  body: Buffer,
): HttpData {
  const query: Record<string, string> = {};
  for (const name of url.searchParams.keys()) query[name] = url.searchParams.getAll(name).join(',');
  return {
    method: request.method ?? 'GET',
    url: url.href,
    headers: { ...headersOf(request), 'x-forwarded-for': forwardedFor(request) },
    query,
    params: { ...query, ...parameters },
    body: body.length > 0 ? { bytes: body } : null,
  };
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
  );
}

/** Azure's front end appends whom it sees, with the port, to what the caller claims. */
function forwardedFor({ headers, socket }: IncomingMessage): string {
  const claimed = headers['x-forwarded-for'];
  const seen = `${socket.remoteAddress}:${socket.remotePort}`;
  return claimed === undefined ? seen : `${claimed}, ${seen}`;
}
