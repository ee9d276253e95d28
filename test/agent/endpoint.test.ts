import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { type Access, holdAccess } from '../../src/agent/access.ts';
import { connectEndpoint } from '../../src/agent/endpoint.ts';
import { AppError } from '../../src/core/errors.ts';
import { makeCertificate } from '../../src/local/certificate.ts';
import { claimOf } from './scripted-world.ts';

let server: Server;

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const audience = 'api://rouse';

/** What the deployment has told, in turn; the last is repeated. What is left out is as it should be. */
type Told = Partial<Access>[];

async function connectTo(
  listener: RequestListener,
  changes: object = {},
  told: Told = [{}],
  token = async (_audience: string) => 't0ken',
) {
  server = createServer(listener);
  return await connectToServer('http', changes, told, token);
}

async function connectToServer(
  protocol: 'http' | 'https',
  changes: object = {},
  told: Told = [{}],
  token = async (_audience: string) => 't0ken',
) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const endpoint = `${protocol}://127.0.0.1:${port}/api`;
  let turn = 0;
  const read = async () =>
    JSON.stringify({ endpoint, functionKey: 'k3y', audience, ...told[Math.min(turn++, told.length - 1)] });
  const config = { localAddress: undefined, callMs: 5000, vmName: 'vm01', ...changes };
  return connectEndpoint(config, { access: holdAccess('config', read), token });
}

const answering =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));

const wireClaim = { ...claimOf(), leaseUntil: '2026-01-01T00:00:00Z', more: 1 };

describe('the functions as the agent sees them', () => {
  it('are asked in the form of the contract', async () => {
    const requests: object[] = [];
    const endpoint = await connectTo(async (request: IncomingMessage, response) => {
      const { method, url, headers } = request;
      const { 'x-functions-key': key, authorization } = headers;
      requests.push({ method, url, key, authorization, body: JSON.parse(await text(request)) });
      response.end(JSON.stringify({ vmName: 'vm01', recorded: 'new', stop: false, next: null }));
    });
    const report = {
      fileName: 'a b.csv',
      jobId: 'f00',
      attempt: 1,
      status: 'ok' as const,
      resultName: 'f00.1',
      error: '',
      durationMs: 5,
    };
    await endpoint.next();
    await endpoint.renew(claimOf());
    await endpoint.release(claimOf());
    expect(await endpoint.finish(report)).toEqual({ recorded: 'new', stop: false, next: null });
    const next = {
      method: 'POST',
      url: '/api/funcHttpVMNext',
      key: 'k3y',
      authorization: 'Bearer t0ken',
    };
    expect(requests).toEqual([
      { ...next, body: { vmName: 'vm01' } },
      { ...next, body: { vmName: 'vm01', jobId: 'f00', attempt: 1 } },
      { ...next, body: { vmName: 'vm01', jobId: 'f00', attempt: 1, release: true } },
      { ...next, url: '/api/funcHttpVMStop', body: { vmName: 'vm01', ...report } },
    ]);
  });

  it('hand out a file', async () => {
    const endpoint = await connectTo(answering(200, { vmName: 'vm01', stop: false, next: wireClaim }));
    expect(await endpoint.next()).toEqual({ stop: false, next: claimOf() });
  });

  it.each([
    [409, 'lease_lost', { code: 'lease_lost', detail: 'moved' }],
    [409, 'lease_lost', ''],
    [400, 'bad_input', { code: 'bad_input' }],
    [401, 'not_in_pool', { code: 'not_in_pool' }],
    [403, 'not_in_pool', { code: 'not_in_pool' }],
    [403, 'unavailable', { code: 'not_proven' }],
    [429, 'throttled', ''],
    [503, 'throttled', ''],
    [401, 'unavailable', ''],
    [404, 'unavailable', ''],
    [413, 'unavailable', '<html>'],
    [500, 'unavailable', ''],
    [502, 'unavailable', '<html>'],
    [302, 'unavailable', ''],
    [200, 'unavailable', '<html>'],
    [200, 'unavailable', { stop: 'no' }],
    [200, 'unavailable', { stop: false, next: { ...wireClaim, jobId: '../../etc' } }],
    [200, 'unavailable', { stop: false, next: { ...wireClaim, action: '$(id)' } }],
    [200, 'unavailable', { stop: false, next: { ...wireClaim, attempt: 0 } }],
  ])('answering %i mean %s (%j)', async (status, code, body) => {
    const endpoint = await connectTo(answering(status, body));
    await expect(endpoint.next()).rejects.toMatchObject({ name: 'AppError', code });
  });

  it('say in the error what they said, and when to come again', async () => {
    const body = { title: 'Busy', code: 'throttled', detail: 'too many calls' };
    const endpoint = await connectTo(answering(503, body, { 'retry-after': '7', 'x-correlation-id': 'c1' }));
    await expect(endpoint.next()).rejects.toMatchObject({
      message: 'the functions answered 503 (throttled) too many calls [correlation id c1]',
      retryAfterMs: 7000,
    });
  });

  it('are given up when they do not answer in time', async () => {
    const endpoint = await connectTo(() => {}, { callMs: 50 });
    await expect(endpoint.next()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/^no answer from 127\.0\.0\.1:\d+ within 0\.05 s$/),
    });
  });

  it('are given up when their answer breaks off or does not end', async () => {
    const broken = await connectTo((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"stop"');
      response.socket?.destroySoon();
    });
    await expect(broken.next()).rejects.toMatchObject({ code: 'unavailable' });
    server.closeAllConnections();
    server.close();
    const endless = await connectTo((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    await expect(endless.next()).rejects.toMatchObject({
      message: expect.stringContaining('the answer does not end'),
    });
  });

  it('are not there: the error says why', async () => {
    const endpoint = await connectTo(answering(200, ''));
    server.close();
    await once(server, 'close');
    const error = await endpoint.next().catch((thrown: AppError) => thrown);
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('ECONNREFUSED') });
    server.listen(0);
    await once(server, 'listening');
  });

  it('see the address that the agent was given', { skip: process.platform !== 'linux' }, async () => {
    const addresses: unknown[] = [];
    const endpoint = await connectTo(
      (request, response) => {
        addresses.push(request.socket.remoteAddress);
        response.end(JSON.stringify({ stop: false, next: null }));
      },
      { localAddress: '127.0.3.1' },
    );
    await endpoint.next();
    expect(addresses).toEqual(['127.0.3.1']);
  });

  it('are told by a token whom it is for, and by none where there is no audience', async () => {
    const seen: unknown[] = [];
    const endpoint = await connectTo(
      ({ headers }, response) => {
        seen.push(headers.authorization, headers['x-functions-key']);
        response.end(JSON.stringify({ stop: false, next: null }));
      },
      {},
      [{ audience: undefined, functionKey: undefined }],
      () => Promise.reject(new Error('nobody asked for a token')),
    );
    await endpoint.next();
    expect(seen).toEqual([undefined, undefined]);
  });

  it('are not called without a token where there must be one', async () => {
    let calls = 0;
    const audiences: string[] = [];
    const endpoint = await connectTo(
      () => {
        calls += 1;
      },
      {},
      [{}],
      async (given) => {
        audiences.push(given);
        throw new AppError('unavailable', 'no token');
      },
    );
    await expect(endpoint.next()).rejects.toMatchObject({ code: 'unavailable', message: 'no token' });
    expect([calls, audiences]).toEqual([0, [audience]]);
  });

  it('are not waited for with a token that does not come', async () => {
    const endpoint = await connectTo(
      () => {},
      { callMs: 50 },
      [{}],
      () => new Promise(() => {}),
    );
    await expect(endpoint.next()).rejects.toMatchObject({
      code: 'unavailable',
      message: 'a token of this VM: none within 0.05 s',
    });
  });

  describe('answering 401', () => {
    const keys: unknown[] = [];
    const taking =
      (good: string): RequestListener =>
      ({ headers }, response) => {
        keys.push(headers['x-functions-key']);
        if (headers['x-functions-key'] !== good) response.writeHead(401).end();
        else response.end(JSON.stringify({ stop: false, next: null }));
      };
    afterEach(() => {
      keys.length = 0;
    });

    it('have the access read again, and are asked once more with the new one', async () => {
      const endpoint = await connectTo(taking('new'), {}, [{ functionKey: 'old' }, { functionKey: 'new' }]);
      expect(await endpoint.next()).toMatchObject({ stop: false });
      await endpoint.next();
      expect(keys).toEqual(['old', 'new', 'new']);
    });

    it('are not asked again with what they have just refused', async () => {
      const endpoint = await connectTo(taking('new'), {}, [{ functionKey: 'old' }]);
      await expect(endpoint.next()).rejects.toMatchObject({ code: 'unavailable' });
      expect(keys).toEqual(['old']);
    });

    it('are asked no third time: the caller comes again in its own time', async () => {
      const told = [{ functionKey: 'old' }, { functionKey: 'older' }, { functionKey: 'new' }];
      const endpoint = await connectTo(taking('new'), {}, told);
      await expect(endpoint.next()).rejects.toMatchObject({ code: 'unavailable' });
      expect(keys).toEqual(['old', 'older']);
      expect(await endpoint.next()).toMatchObject({ stop: false });
    });
  });

  it.each([
    ['the VM is not proven', 403, { code: 'not_proven' }],
    ['there is no such app', 404, '<html>'],
  ])('answering that %s have the access read again, now and then', async (_what, status, body) => {
    const keys: unknown[] = [];
    const told = [{ functionKey: 'old' }, { functionKey: 'new' }, { functionKey: 'newest' }];
    const endpoint = await connectTo(
      ({ headers }, response) => {
        keys.push(headers['x-functions-key']);
        response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
      },
      {},
      told,
    );
    for (let count = 0; count < 3; count++)
      await expect(endpoint.next()).rejects.toMatchObject({ code: 'unavailable' });
    expect(keys).toEqual(['old', 'new', 'new', 'new']);
  });

  it('that have moved are found again', async () => {
    const there = 'http://127.0.0.1:1/api';
    const endpoint = await connectTo(answering(200, { stop: false, next: null }), {}, [
      { endpoint: there },
      {},
    ]);
    expect(await endpoint.next()).toMatchObject({ stop: false });
  });

  it('refusing by 403 are taken at their word', async () => {
    let calls = 0;
    const endpoint = await connectTo(
      (_request, response) => {
        calls += 1;
        response.writeHead(403).end(JSON.stringify({ code: 'not_yours' }));
      },
      {},
      [{ functionKey: 'old' }, { functionKey: 'new' }],
    );
    await expect(endpoint.next()).rejects.toMatchObject({ code: 'not_in_pool' });
    expect(calls).toBe(1);
  });

  it('must be who they say, whatever the environment allows', async () => {
    let calls = 0;
    server = createSecureServer(await makeCertificate(), () => {
      calls += 1;
    });
    const endpoint = await connectToServer('https');
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      await expect(endpoint.next()).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('self-signed'),
      });
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
    expect(calls).toBe(0);
  });
});
