import type { IncomingMessage, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';

/** What one request is answered with; the body becomes JSON. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: object;
}

/** Has a server answer all requests, whose bodies are of no interest. What `answer` throws becomes a 500. */
export function serve(
  server: Server | SecureServer,
  answer: (request: IncomingMessage) => Promise<Reply>,
): void {
  server.on('request', async (request, response) => {
    request.resume();
    const { status, headers, body } = await answer(request).catch(internalError);
    response.writeHead(status, { ...headers, ...(body && { 'content-type': 'application/json' }) });
    response.end(body && JSON.stringify(body));
  });
}

function internalError(error: unknown): Reply {
  const message = error instanceof Error ? error.stack : String(error);
  return { status: 500, body: { error: { code: 'InternalServerError', message } } };
}
