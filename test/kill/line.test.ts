import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { createServer as createSecureServer, request as secureRequest } from 'node:https';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, makeCertificate } from '../../src/local/certificate.ts';
import { closeServer, listen } from '../../src/local/listen.ts';
import { loopbackAddresses } from '../../src/local/loopback.ts';
import type { Fate, FaultKind } from './faults.ts';
import { type Line, startLine } from './line.ts';

let certificate: Certificate;
beforeAll(async () => {
  certificate = await makeCertificate();
});

/** A service that answers with what it got, and from where. */
async function openLine(isSecure: boolean, fault?: FaultKind) {
  const executed: string[] = [];
  const server: Server = isSecure ? createSecureServer(certificate) : createServer();
  server.on('request', async (incoming, response) => {
    let text = '';
    for await (const part of incoming) text += part;
    executed.push(text);
    response.end(`${incoming.method} ${incoming.url} ${text} ${incoming.socket.remoteAddress}`);
  });
  const scheme = isSecure ? 'https' : 'http';
  const url = `${scheme}://127.0.0.1:${await listen(server)}/account`;
  const fate: Fate = { delayMs: 0, retryAfterSeconds: 1, ...(fault && { fault }) };
  const line = await startLine({ link: 'blob', url, certificate, fateOf: () => fate });
  opened.push({ line, server });
  return { line, executed, fate };
}

const opened: { line: Line; server: Server }[] = [];
afterEach(async () => {
  for (const { line, server } of opened.splice(0)) {
    await line.close();
    await closeServer(server);
  }
});

async function call(url: string, localAddress?: string) {
  const send = url.startsWith('https') ? secureRequest : request;
  const outgoing = send(url, { method: 'PUT', ca: certificate.cert, agent: false, localAddress });
  outgoing.end('content');
  const [response] = await once(outgoing, 'response');
  let text = '';
  for await (const part of response) text += part;
  return { status: response.statusCode, retryAfter: response.headers['retry-after'], text };
}

describe('a line', () => {
  it.each([true, false])('hands calls and answers on (https: %s)', async (isSecure) => {
    const { line } = await openLine(isSecure);
    expect(await call(`${line.url}/data/a.txt?comp=block`)).toMatchObject({
      status: 200,
      text: 'PUT /account/data/a.txt?comp=block content 127.0.0.1',
    });
  });

  it('keeps the address that a call comes from', async ({ skip }) => {
    const [address] = await loopbackAddresses(1);
    if (address === undefined) return skip();
    const { line } = await openLine(false);
    expect((await call(line.url, address)).text).toContain(address);
  });

  it('can cut a call before it arrives', async () => {
    const { line, executed } = await openLine(true, 'cut-before');
    await expect(call(line.url)).rejects.toThrow();
    expect(executed).toEqual([]);
  });

  it('can cut the answer of a call that was executed', async () => {
    const { line, executed } = await openLine(true, 'cut-after');
    await expect(call(line.url)).rejects.toThrow();
    expect(executed).toEqual(['content']);
  });

  it.each<[FaultKind, number, string[]]>([
    ['500-before', 500, []],
    ['500-after', 500, ['content']],
    ['503-before', 503, []],
    ['429-before', 429, []],
  ])('can answer %s in the stead of the service', async (fault, status, calls) => {
    const { line, executed } = await openLine(true, fault);
    const answer = await call(line.url);
    expect(answer).toMatchObject({ status, retryAfter: status === 500 ? undefined : '1' });
    expect(answer.text).toContain('<Error><Code>');
    expect(executed).toEqual(calls);
  });

  it('can be slow', async () => {
    const { line, fate } = await openLine(false);
    fate.delayMs = 300;
    const begun = performance.now();
    await call(line.url);
    // A timer may be a little early.
    expect(performance.now() - begun).toBeGreaterThan(290);
  });

  it('can be broken, once the calls under way have their answers, and joined again', async () => {
    const { line, executed, fate } = await openLine(true);
    const first = call(line.url);
    await expect.poll(() => executed.length).toBe(1);
    await line.part();
    expect((await first).status).toBe(200);
    await expect(call(line.url)).rejects.toThrow();
    expect(executed.length).toBe(1);
    line.join();
    expect((await call(line.url)).status).toBe(200);
    expect(fate.fault).toBeUndefined();
  });

  it('breaks off when the service cannot be reached', async () => {
    const { line } = await openLine(true);
    const server = opened[0]?.server;
    if (server) await closeServer(server);
    await expect(call(line.url)).rejects.toThrow();
  });
});
