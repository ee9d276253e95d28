import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { AppError } from '../core/errors.ts';
import type { Deadline } from './deadline.ts';

/** An answer is a few hundred bytes; whatever sends more than this is not the functions. */
const bodyBytesMax = 1024 * 1024;

export interface PostOptions {
  headers: Record<string, string>;
  /** Source address; undefined = the system's choice. `fetch` cannot be given one. */
  localAddress: string | undefined;
  /** For the whole call, to the last byte of the answer. */
  deadline: Deadline;
}

export interface Reply {
  status: number;
  /** The header `Retry-After` as it came. */
  retryAfter: string | undefined;
  /** The header `X-Correlation-Id`: under it the functions' own log has the call. */
  correlationId: string | undefined;
  body: string;
}

/** Posts JSON and resolves with whatever is answered. Throws `unavailable` if that is nothing, too late or too much. */
export function post(url: URL, content: object, options: PostOptions): Promise<Reply> {
  const body = JSON.stringify(content);
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method: 'POST',
    agent: false,
    localAddress: options.localAddress,
    signal: options.deadline.signal,
    // Whatever the environment says: what is sent is a key and a token.
    ...(url.protocol === 'https:' && { rejectUnauthorized: true }),
    headers: {
      ...options.headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  });
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => {
      const why =
        cause.name === 'AbortError' ? `within ${options.deadline.ms / 1000} s` : `(${cause.message})`;
      reject(new AppError('unavailable', `no answer from ${url.host} ${why}`, { cause }));
    };
    request.on('error', fail);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('error', fail);
      response.on('data', (part: string) => {
        text += part;
        if (text.length > bodyBytesMax) response.destroy(new Error('the answer does not end'));
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
          correlationId: response.headers['x-correlation-id']?.toString(),
          body: text,
        }),
      );
    });
    request.end(body);
  });
}
