import { request } from 'node:https';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectorWorld } from '../../src/azure/collector.ts';
import { putFile } from '../../src/azure/put.ts';
import { AppError } from '../../src/core/errors.ts';
import { type OpenedAzure, openAzure } from './azure.ts';

describe('putting a file', { timeout: 30_000 }, () => {
  let azure: OpenedAzure;
  beforeAll(async () => {
    azure = await openAzure();
  }, 60_000);
  afterAll(() => azure?.close(), 60_000);

  const put = (fileName: string, body: Readable, change: { ifAbsent?: boolean; sizeBytes?: number } = {}) =>
    putFile(azure.connection, { fileName, body, metadata: { source: 'tést' }, ifAbsent: false, ...change });

  async function contentOf(fileName: string): Promise<string> {
    return (await azure.connection.data.getBlobClient(fileName).downloadToBuffer()).toString();
  }

  it('uploads it with its metadata, over an older one', async () => {
    expect(await put('put/over', Readable.from([Buffer.from('one')]))).toBe('created');
    expect(
      await put('put/over', Readable.from([Buffer.from('tw'), Buffer.from('o')]), { sizeBytes: 3 }),
    ).toBe('created');
    expect(await contentOf('put/over')).toBe('two');
    expect((await azure.world.files.head('put/over'))?.metadata).toEqual({ source: 'tést' });
  });

  it('takes an empty file and one of many blocks', async () => {
    await put('put/empty', Readable.from([]), { sizeBytes: 0 });
    expect((await azure.world.files.head('put/empty'))?.sizeBytes).toBe(0);
    const chunk = Buffer.alloc(1_000_003, 'x');
    const chunks = Array.from({ length: 30 }, () => chunk);
    await put('put/large', Readable.from(chunks), { sizeBytes: 30 * chunk.length });
    expect((await azure.world.files.head('put/large'))?.sizeBytes).toBe(30 * chunk.length);
  });

  it('leaves what is there where it is asked to', async () => {
    expect(await put('put/once', Readable.from([Buffer.from('first')]), { ifAbsent: true })).toBe('created');
    const second = Readable.from([Buffer.from('second')]);
    expect(await put('put/once', second, { ifAbsent: true })).toBe('exists');
    expect(await contentOf('put/once')).toBe('first');
    expect(second.destroyed).toBe(true);
  });

  it('is done once when many put the same at the same time', async () => {
    const said = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        put('put/race', Readable.from([Buffer.from(`by ${index}`)]), { ifAbsent: true }),
      ),
    );
    expect(said.filter((word) => word === 'created')).toHaveLength(1);
    expect(await contentOf('put/race')).toBe(`by ${said.indexOf('created')}`);
  });

  it.each<[string, () => Readable, number | undefined, object]>([
    [
      'fails in the middle',
      () =>
        Readable.from(
          (async function* () {
            yield Buffer.alloc(9_000_000);
            throw new AppError('unavailable', 'broken off');
          })(),
        ),
      undefined,
      { message: 'broken off' },
    ],
    [
      'is closed before its end',
      () => {
        const body = new PassThrough();
        body.write('some', () => body.destroy());
        return body;
      },
      undefined,
      { code: 'ERR_STREAM_PREMATURE_CLOSE' },
    ],
    ['is too short', () => Readable.from([Buffer.from('some')]), 5, { code: 'unavailable' }],
    ['is too long', () => Readable.from([Buffer.from('some')]), 3, { code: 'unavailable' }],
  ])('leaves no trace of a body that %s', async (what, body, sizeBytes, error) => {
    await expect(put(`put/${what}`, body(), { sizeBytes })).rejects.toMatchObject(error);
    expect(await azure.world.files.head(`put/${what}`)).toBeUndefined();

    await put('put/kept', Readable.from([Buffer.from('before')]));
    const before = await azure.world.files.head('put/kept');
    await expect(put('put/kept', body(), { sizeBytes })).rejects.toMatchObject(error);
    expect(await azure.world.files.head('put/kept')).toEqual(before);
  });

  it('refuses names that would become other names', async () => {
    for (const name of ['', 'a\\b', 'a/../b', './a', '..', '\ud83d', 'x'.repeat(1025)]) {
      const body = Readable.from([Buffer.from('x')]);
      await expect(put(name, body)).rejects.toMatchObject({ code: 'bad_input' });
      expect(body.destroyed).toBe(true);
    }
  });

  it('is not needed for a file that came under such a name: it is seen, so that it can be refused', async () => {
    const name = 'seen/../under/./dots';
    expect(await putRaw(name)).toBe(201);
    expect(await azure.world.files.head(name)).toMatchObject({ fileName: name, sizeBytes: 3 });
    await expect(azure.world.files.remove(name, 'x')).rejects.toMatchObject({ code: 'bad_input' });
  });

  /** Uploads three bytes under a name that is not touched on its way. */
  async function putRaw(name: string): Promise<number | undefined> {
    const token = await azure.box.credential.getToken('https://storage.azure.com/.default');
    const { hostname, port, pathname } = new URL(azure.connection.data.url);
    const options = {
      hostname,
      port,
      path: `${pathname}/${name}`,
      method: 'PUT',
      ca: azure.box.ca,
      headers: {
        authorization: `Bearer ${token.token}`,
        'x-ms-version': '2025-11-05',
        'x-ms-blob-type': 'BlockBlob',
        'content-length': 3,
      },
    };
    return new Promise((resolve, reject) => {
      const sent = request(options, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.end('abc');
    });
  }

  it('is how the collector puts an item, once, and it remembers what it collected', async () => {
    const world = collectorWorld(azure.connection);
    const item = () => ({ fileName: 'source.1.csv', body: Readable.from([Buffer.from('x')]), metadata: {} });
    expect(await world.put(item())).toBe('created');
    expect(await world.put(item())).toBe('exists');
    expect((await world.remembered()).get('some-source')).toBeUndefined();
    await world.remember('some-source', 'etag:"1"');
    await world.remember('some-source', 'etag:"2"');
    expect((await world.remembered()).get('some-source')).toBe('etag:"2"');
  });
});
