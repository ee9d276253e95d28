import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SourceServer, startSourceServer } from '../../src/local/source.ts';

const content = Buffer.from('n,t\n1,ä\n'.repeat(50_000));
const wildName = 'sub/ä #1?%2F "quoted".csv';

let folder: string;
let server: SourceServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rouse-source-'));
  await Promise.all([
    writeFile(join(folder, 'a.csv'), content),
    writeFile(join(folder, 'empty'), ''),
    writeFile(join(folder, 'one'), '1'),
  ]);
  server = await startSourceServer([
    { name: 'a.csv', file: join(folder, 'a.csv') },
    { name: wildName, file: join(folder, 'a.csv') },
    { name: 'empty', file: join(folder, 'empty') },
    { name: 'one', file: join(folder, 'one') },
    { name: 'gone', file: join(folder, 'gone') },
  ]);
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

async function etagOf(name: string): Promise<string> {
  const response = await fetch(server.url(name), { method: 'HEAD' });
  return response.headers.get('etag') ?? '';
}

describe('a source server', () => {
  it.each(['a.csv', wildName])('serves %s whole, with its validators', async (name) => {
    const response = await fetch(server.url(name));
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
    expect(response.status).toBe(200);
    const { mtime } = await stat(join(folder, 'a.csv'));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      etag: `"${createHash('sha256').update(content).digest('hex')}"`,
      'last-modified': mtime.toUTCString(),
      'content-length': String(content.length),
      'content-type': 'text/csv; charset=utf-8',
    });
  });

  it('serves an empty file', async () => {
    const response = await fetch(server.url('empty'));
    expect(response.headers.get('content-length')).toBe('0');
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(await response.text()).toBe('');
  });

  it('answers HEAD with the same headers and no content', async () => {
    const [head, whole] = await Promise.all([
      fetch(server.url('a.csv'), { method: 'HEAD' }),
      fetch(server.url('a.csv')),
    ]);
    expect((await head.arrayBuffer()).byteLength).toBe(0);
    await whole.arrayBuffer();
    for (const name of ['etag', 'last-modified', 'content-length', 'content-type']) {
      expect(head.headers.get(name), name).not.toBeNull();
      expect(head.headers.get(name), name).toBe(whole.headers.get(name));
    }
  });

  it.each([
    ['its tag', (tag: string) => tag],
    ['its tag, weak', (tag: string) => `W/${tag}`],
    ['its tag among others', (tag: string) => `"x", ${tag}`],
    ['any tag', () => '*'],
  ])('answers 304 to a client that has %s', async (_, condition) => {
    const etag = await etagOf('a.csv');
    const response = await fetch(server.url('a.csv'), { headers: { 'If-None-Match': condition(etag) } });
    expect(response.status).toBe(304);
    expect(response.headers.get('etag')).toBe(etag);
    expect(await response.text()).toBe('');
  });

  it('answers in full to a client with another tag, whatever time it names', async () => {
    const headers = {
      'If-None-Match': '"x"',
      'If-Modified-Since': new Date(Date.now() + 60_000).toUTCString(),
    };
    expect((await fetch(server.url('a.csv'), { headers, method: 'HEAD' })).status).toBe(200);
  });

  it.each([
    [0, 304],
    [-1000, 200],
  ])('compares times where the client has no tag: %i ms from its own is %i', async (offsetMs, status) => {
    await utimes(join(folder, 'a.csv'), new Date(), new Date('2024-05-05T05:05:05.750Z'));
    const since = new Date(Date.parse('2024-05-05T05:05:05Z') + offsetMs).toUTCString();
    const response = await fetch(server.url('a.csv'), {
      headers: { 'If-Modified-Since': since },
      method: 'HEAD',
    });
    expect(response.status).toBe(status);
  });

  it('has another tag once the file has other content', async () => {
    const before = await etagOf('a.csv');
    await writeFile(join(folder, 'a.csv'), 'other');
    expect(await etagOf('a.csv')).toBe(`"${createHash('sha256').update('other').digest('hex')}"`);
    expect((await fetch(server.url('a.csv'), { headers: { 'If-None-Match': before } })).status).toBe(200);
  });

  it('does not have what it was not given, what has gone, and what is outside', async () => {
    const { origin } = new URL(server.url(''));
    const paths = [
      server.url('b.csv'),
      server.url('gone'),
      server.url('../a.csv'),
      `${origin}/%E0%A4%A`,
      origin,
    ];
    expect(await Promise.all(paths.map(async (url) => (await fetch(url)).status))).toEqual(
      paths.map(() => 404),
    );
  });

  it('takes no uploads', async () => {
    const response = await fetch(server.url('a.csv'), { method: 'PUT', body: 'x' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('tells what it was asked for, by the time that the answer comes', async () => {
    await fetch(server.url('a.csv'), { method: 'HEAD' });
    await fetch(server.url('nowhere'));
    expect(server.requests()).toEqual([
      { method: 'HEAD', name: 'a.csv', status: 200 },
      { method: 'GET', name: 'nowhere', status: 404 },
    ]);
  });
});

describe('a source server that is told to', () => {
  it('answers with a status, as often as it was told', async () => {
    server.fail('a.csv', { kind: 'status', status: 503 }, 2);
    const statuses = [];
    for (let time = 0; time < 3; time++)
      statuses.push((await fetch(server.url('a.csv'), { method: 'HEAD' })).status);
    expect(statuses).toEqual([503, 503, 200]);
  });

  it('fails until it is healed, for one file', async () => {
    server.fail('a.csv', { kind: 'status', status: 500 });
    expect((await fetch(server.url('a.csv'))).status).toBe(500);
    expect((await fetch(server.url('one'))).status).toBe(200);
    expect((await fetch(server.url('a.csv'))).status).toBe(500);
    server.heal('a.csv');
    expect((await fetch(server.url('a.csv'), { method: 'HEAD' })).status).toBe(200);
  });

  it('throttles', async () => {
    server.fail('a.csv', { kind: 'throttle', retryAfterSeconds: 7 });
    const response = await fetch(server.url('a.csv'));
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
  });

  it.each([
    ['a.csv', content.length / 2],
    ['one', 0],
  ])('cuts the connection after half of %s', async (name, bytes) => {
    server.fail(name, { kind: 'cut' });
    const [response] = (await once(get(server.url(name)), 'response')) as [IncomingMessage];
    let received = 0;
    response.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    const [error] = await once(response, 'error', { signal: AbortSignal.timeout(10_000) });
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    expect(response.statusCode).toBe(200);
    expect(received).toBe(bytes);
  });

  it('answers late', async () => {
    server.fail('one', { kind: 'delay', delayMs: 200 });
    const startedAt = performance.now();
    expect(await (await fetch(server.url('one'))).text()).toBe('1');
    expect(performance.now() - startedAt).toBeGreaterThan(190);
  });

  it('gives no validators, and cannot be asked by them', async () => {
    const etag = await etagOf('a.csv');
    server.fail('a.csv', { kind: 'no-validators' });
    const response = await fetch(server.url('a.csv'), { headers: { 'If-None-Match': etag } });
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
    expect([response.headers.get('etag'), response.headers.get('last-modified')]).toEqual([null, null]);
  });

  it('closes while answers are still under way', async () => {
    server.fail('one', { kind: 'delay', delayMs: 600_000 });
    const late = expect(fetch(server.url('one'))).rejects.toThrow();
    const [unread] = (await once(get(server.url('a.csv')), 'response')) as [IncomingMessage];
    unread.on('error', () => {});
    await server.close();
    await late;
    await server.close();
  });
});
