import { Agent, request as requestHttp } from 'node:http';
import type { Answer, Request } from './attack.ts';
import { readAnswer } from './read-answer.ts';

/** A thousand calls need no thousand connections. */
const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** Sends a request to the functions at a URL over plain HTTP, however odd it is, and reads the whole answer. */
export function send(base: string, request: Request): Promise<Answer> {
  const { hostname, port, pathname } = new URL(base);
  const { body, chunked, headers, method, localAddress } = request;
  const path = `${pathname.replace(/\/$/, '')}${request.path}`;
  return new Promise((resolve, reject) => {
    const sent = requestHttp({
      agent,
      hostname,
      port,
      path,
      method,
      localAddress,
      headers: { ...headers, ...(body && !chunked && { 'content-length': String(body.length) }) },
    });
    sent.on('error', reject);
    sent.on('response', (response) => resolve(readAnswer(response)));
    sent.end(body);
  });
}
