import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TokenCredential } from '@azure/identity';
import { makeCertificate } from '../../src/local/certificate.ts';

export interface Answer {
  /** 0 = none: the connection is reset. */
  status: number;
  /** `{origin}` in it stands for the service's own. */
  body?: object | string;
  headers?: Record<string, string>;
}

/** A service that says what a test wants it to say. */
export interface FakeService {
  url: string;
  /** PEM of the authority that its clients have to trust. */
  ca: string;
  /** Method and path of each request so far. */
  asked: string[];
  close(): Promise<void>;
}

/** Starts a service that gives these answers in turn, the last one for ever. */
export async function startFakeService(answers: readonly Answer[]): Promise<FakeService> {
  const certificate = await makeCertificate();
  const asked: string[] = [];
  const server = createServer(certificate, (request, response) => {
    const {
      status,
      body = {},
      headers,
    } = answers[Math.min(asked.length, answers.length - 1)] ?? { status: 500 };
    asked.push(`${request.method} ${request.url}`);
    if (status === 0) {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.end(text.replaceAll('{origin}', `https://${request.headers.host}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: certificate.cert,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A credential for services that look at no token. */
export const anyToken: TokenCredential = {
  getToken: async () => ({ token: 'x', expiresOnTimestamp: Date.now() + 3_600_000 }),
};
