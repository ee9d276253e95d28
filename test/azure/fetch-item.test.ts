import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { fetchItem, type Patience } from '../../src/azure/fetch-item.ts';
import type { Source } from '../../src/core/sources.ts';

const patient: Patience = {
  retriesMax: 3,
  retryMs: 1,
  retryAfterMsMax: 2_000,
  answerMsMax: 5_000,
  itemMsMax: 10_000,
};

describe('fetching an item', () => {
  const servers: Server[] = [];
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rouse-test-'));
    for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, folder);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  /** A source whose server answers like this. */
  async function sourceOf(listener: RequestListener, change: Partial<Source> = {}): Promise<Source> {
    const server = createServer(listener);
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/item.csv`;
    return { name: 's', url, headers: {}, action: '', priority: 5, sizeBytesMax: 1_000_000, ...change };
  }

  /** The item's validator and content. */
  async function fetched(source: Source, validator?: string, patience = patient) {
    const item = await fetchItem(source, validator, patience);
    if (item.status === 'unchanged') return item;
    return { validator: item.validator, content: (await buffer(item.body)).toString() };
  }

  it.each([
    ['etag', { etag: '"v1"' }, 'etag:"v1"', 'if-none-match', '"v1"'],
    ['weak etag', { etag: 'W/"v1"', 'last-modified': 'x' }, 'etag:W/"v1"', 'if-none-match', 'W/"v1"'],
    [
      'date',
      { 'last-modified': 'Wed, 04 Mar 2026 05:06:07 GMT' },
      'modified:Wed, 04 Mar 2026 05:06:07 GMT',
      'if-modified-since',
      'Wed, 04 Mar 2026 05:06:07 GMT',
    ],
  ])('asks by the %s that the source gave', async (_, offered, validator, header, value) => {
    const source = await sourceOf((request, response) => {
      if (request.headers[header] === value) response.writeHead(304).end();
      else response.writeHead(200, offered).end('abc');
    });
    expect(await fetched(source)).toEqual({ validator, content: 'abc' });
    expect(await fetched(source, validator)).toEqual({ status: 'unchanged' });
    expect(await fetched(source, 'etag:"other"')).toEqual({ validator, content: 'abc' });
    expect(await fetched(source, 'sha256:other')).toEqual({ validator, content: 'abc' });
  });

  it('sees that nothing changed even if the server always sends all', async () => {
    const source = await sourceOf((_, response) => response.writeHead(200, { etag: '"v1"' }).end('abc'));
    expect(await fetched(source, 'etag:"v1"')).toEqual({ status: 'unchanged' });
  });

  it('knows a version by its content where the source gives no validator, and leaves no file behind', async () => {
    let content = 'abc';
    const source = await sourceOf((_, response) => response.end(content));
    const hash = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(await fetched(source)).toEqual({ validator: hash, content });
    expect(await fetched(source, hash)).toEqual({ status: 'unchanged' });
    content = 'abd';
    expect(await fetched(source, hash)).toMatchObject({ content });
    await expect.poll(() => readdir(folder)).toEqual([]);
  });

  it('leaves no file behind when the item is not read or breaks off', async () => {
    const whole = await sourceOf((_, response) => response.end('abc'));
    const item = await fetchItem(whole, undefined, patient);
    if (item.status === 'new') item.body.destroy();
    const broken = await sourceOf((_, response) => {
      response.write('ab', () => response.destroy());
    });
    await expect(fetched(broken)).rejects.toMatchObject({ code: 'unavailable' });
    await expect.poll(() => readdir(folder)).toEqual([]);
  });

  it('sets the connection free when the item is not read', async () => {
    let free: () => void = () => {};
    const freed = new Promise<void>((resolve) => {
      free = resolve;
    });
    const source = await sourceOf((_, response) => {
      response.on('close', free).writeHead(200, { etag: '"1"' }).write('endless');
    });
    const item = await fetchItem(source, undefined, patient);
    if (item.status === 'new') item.body.destroy();
    await freed;
  });

  it('sends the headers of the source', async () => {
    const source = await sourceOf(
      (request, response) => {
        response
          .writeHead(request.headers.authorization === 'Bearer x' ? 200 : 401, { etag: '"1"' })
          .end('ok');
      },
      { headers: { Authorization: 'Bearer x' } },
    );
    expect(await fetched(source)).toMatchObject({ content: 'ok' });
  });

  it('tries again what may pass, and waits as long as the source asks', async () => {
    const asked: number[] = [];
    const answers = [500, 503, 0, 200];
    const source = await sourceOf((_, response) => {
      const status = answers[asked.length] ?? 200;
      asked.push(Date.now());
      if (status === 0) response.destroy();
      else
        response.writeHead(status, { etag: '"1"', ...(status === 503 && { 'retry-after': '1' }) }).end('ok');
    });
    expect(await fetched(source)).toMatchObject({ content: 'ok' });
    expect(asked).toHaveLength(4);
    expect((asked[2] ?? 0) - (asked[1] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it.each([
    [429, '3600', 'throttled', 1],
    [503, undefined, 'throttled', 4],
    [500, undefined, 'unavailable', 4],
    [408, undefined, 'unavailable', 4],
    [400, undefined, 'bad_input', 1],
    [401, undefined, 'bad_input', 1],
    [404, undefined, 'not_found', 1],
    [204, undefined, 'bad_input', 1],
  ])(
    'after %s (Retry-After %s) fails as %s, having asked %s times',
    async (status, retryAfter, code, times) => {
      let asked = 0;
      const source = await sourceOf((_, response) => {
        asked += 1;
        response.writeHead(status, retryAfter ? { 'retry-after': retryAfter } : {}).end();
      });
      await expect(fetched(source)).rejects.toMatchObject({ name: 'AppError', code });
      expect(asked).toBe(times);
    },
  );

  it('fails when nobody listens, and when the answer or the end of it does not come in time', async () => {
    const never = await sourceOf(() => {});
    const hasty = { ...patient, retriesMax: 0, answerMsMax: 30 };
    await expect(fetched(never, undefined, hasty)).rejects.toMatchObject({ code: 'unavailable' });

    const slow = await sourceOf((_, response) => {
      response.writeHead(200, { etag: '"1"' }).write('a');
    });
    const item = fetched(slow, undefined, { ...patient, itemMsMax: 100 });
    await expect(item).rejects.toMatchObject({ name: 'AppError', code: 'unavailable' });

    const gone = { ...slow, url: 'http://127.0.0.1:1/' };
    await expect(fetched(gone)).rejects.toMatchObject({ message: expect.stringContaining('no answer') });
  });

  it('fails in the middle of an item that is larger than the source may send', async () => {
    const source = await sourceOf(
      (_, response) => response.writeHead(200, { etag: '"1"' }).end('x'.repeat(1000)),
      {
        sizeBytesMax: 999,
      },
    );
    await expect(fetched(source)).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringContaining('999'),
    });
    expect(await fetched({ ...source, sizeBytesMax: 1000 })).toMatchObject({ content: 'x'.repeat(1000) });
  });

  it('fails when the item has fewer bytes than its server announced', async () => {
    const source = await sourceOf((_, response) => {
      response
        .writeHead(200, { etag: '"1"', 'content-length': '10' })
        .write('12345', () => response.destroy());
    });
    await expect(fetched(source)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('says nothing of a header that cannot be sent', async () => {
    const source = await sourceOf((_, response) => response.end());
    const secret = { ...source, headers: { authorization: 'secret\nvalue' } };
    const error: unknown = await fetchItem(secret, undefined, patient).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'bad_input' });
    expect(String(error)).not.toContain('secret');
  });
});
