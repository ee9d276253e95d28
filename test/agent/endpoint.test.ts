import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { connectEndpoint } from '../../src/agent/endpoint.ts';
import type { AppError } from '../../src/core/errors.ts';
import { claimOf } from './scripted-world.ts';

let server: Server;

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

async function connectTo(listener: RequestListener, changes: object = {}) {
  server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return connectEndpoint({
    endpoint: `http://127.0.0.1:${port}/api`,
    functionKey: 'k3y',
    localAddress: undefined,
    callMs: 5000,
    vmName: 'vm01',
    ...changes,
  });
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
      requests.push({ method, url, key: headers['x-functions-key'], body: JSON.parse(await text(request)) });
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
    const next = { method: 'POST', url: '/api/funcHttpVMNext', key: 'k3y' };
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
    const endpoint = await connectTo(answering(503, body, { 'retry-after': '7' }));
    await expect(endpoint.next()).rejects.toMatchObject({
      message: 'the functions answered 503 (throttled) too many calls',
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
      { localAddress: '127.0.3.1', functionKey: undefined },
    );
    await endpoint.next();
    expect(addresses).toEqual(['127.0.3.1']);
  });
});
