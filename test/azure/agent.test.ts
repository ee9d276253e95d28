import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAgentStorage, tokenSource } from '../../src/azure/agent.ts';
import { setUp } from '../../src/azure/setup.ts';
import { connectStorage, type Storage } from '../../src/azure/storage.ts';
import { decodeLogEvent, decodeWork, encodeMessage } from '../../src/core/message.ts';
import { openBox, type TestBox } from '../contract/box.ts';

let box: TestBox;
let storage: Storage;
let agent: ReturnType<typeof connectAgentStorage>;
let folder: string;
const { signal } = new AbortController();

beforeAll(async () => {
  box = await openBox();
  storage = connectStorage(box);
  await setUp(storage);
  agent = connectAgentStorage(box);
  folder = await mkdtemp(join(tmpdir(), 'rouse-agent-storage-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await box.close();
});

async function put(
  name: string,
  content: string | Buffer,
  metadata: Record<string, string> = {},
): Promise<string> {
  const { etag } = await storage.data.getBlockBlobClient(name).upload(content, content.length, { metadata });
  return (etag ?? '').replaceAll('"', '');
}

describe('what the deployment tells', () => {
  const tell = (text: string) => storage.config.getBlockBlobClient('told.json').upload(text, text.length);

  it('is read whole, and is missing where there is none', async () => {
    expect(await agent.readConfig('told.json')).toBeUndefined();
    await tell('{"a":1}');
    expect(await agent.readConfig('told.json')).toBe('{"a":1}');
    await tell('');
    expect(await agent.readConfig('told.json')).toBe('');
  });

  it('is refused where it is too large, or the container is not there', async () => {
    await tell('x'.repeat(65_537));
    await expect(agent.readConfig('told.json')).rejects.toMatchObject({ code: 'misconfigured' });
    const elsewhere = connectAgentStorage({ ...box, names: { config: 'missing' } });
    await expect(elsewhere.readConfig('told.json')).rejects.toMatchObject({ code: 'misconfigured' });
  });
});

describe('a token of the VM’s identity', () => {
  it.each(['api://rouse', 'https://management.azure.com/'])('is for its audience: %s', async (audience) => {
    const token = await tokenSource()(audience);
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ aud: audience.replace(/\/$/, ''), oid: 'app-principal' });
  });

  it('may be had later, whatever is wrong now', async () => {
    const failing = async () => {
      throw Object.assign(new Error('no such identity\nat all'), {
        name: 'AuthenticationError',
        statusCode: 400,
      });
    };
    for (const getToken of [failing, async () => null])
      await expect(tokenSource({ getToken })('api://rouse')).rejects.toMatchObject({
        code: 'unavailable',
        retryable: true,
        message: expect.stringMatching(/^no token of this VM's identity(: no such identity at all)?$/),
      });
  });
});

describe('download', () => {
  const path = () => join(folder, 'input');

  it('gets the version with the ETag, with its metadata in plain', async () => {
    const name = 'a b/ü #?%25"\'.csv';
    const etag = await put(name, 'content', { Action: 'profile', root: '%C3%A9%20' });
    expect(await agent.download(name, etag, path(), signal)).toEqual({
      outcome: 'ok',
      metadata: { action: 'profile', root: 'é ' },
    });
    expect(await readFile(path(), 'utf8')).toBe('content');
  });

  it('gets an empty file', async () => {
    const etag = await put('empty', '');
    expect(await agent.download('empty', etag, path(), signal)).toMatchObject({ outcome: 'ok' });
    expect((await stat(path())).size).toBe(0);
  });

  it('tells a file that has changed from one that is gone', async () => {
    const etag = await put('other', 'one');
    await put('other', 'two');
    expect(await agent.download('other', etag, path(), signal)).toEqual({ outcome: 'changed' });
    await storage.data.deleteBlob('other');
    expect(await agent.download('other', etag, path(), signal)).toEqual({ outcome: 'gone' });
  });

  it('does not take a missing container for a missing file', async () => {
    const elsewhere = connectAgentStorage({ ...box, names: { data: 'missing' } });
    await expect(elsewhere.download('a', '0x1', path(), signal)).rejects.toMatchObject({
      code: 'misconfigured',
    });
  });

  it('ends when the signal fires', async () => {
    const etag = await put('large', randomBytes(16 * 1024 * 1024));
    const stop = new AbortController();
    const download = agent.download('large', etag, path(), stop.signal);
    stop.abort();
    await expect(download).rejects.toMatchObject({ name: 'AppError' });
  });

  it('says what went wrong with the disk', async () => {
    const etag = await put('other', 'one');
    await expect(agent.download('other', etag, join(folder, 'missing', 'x'), signal)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('ENOENT'),
    });
  });
});

describe('uploads', () => {
  it('put results of any size into their container, over what is there', async () => {
    const path = join(folder, 'output');
    for (const content of [Buffer.alloc(0), Buffer.from('small'), randomBytes(20 * 1024 * 1024 + 1)]) {
      await writeFile(path, content);
      await agent.uploadResult('f00.1.json', path, signal);
      const stored = await storage.results.getBlobClient('f00.1.json').downloadToBuffer();
      expect(stored.equals(content)).toBe(true);
    }
  });

  it('hand a file on with its metadata, once', async () => {
    const path = join(folder, 'output');
    await writeFile(path, 'first');
    await agent.handOn('f00.chart.json', path, { action: 'chart', root: 'é' }, signal);
    await writeFile(path, 'second');
    await agent.handOn('f00.chart.json', path, { action: 'other' }, signal);
    const blob = storage.data.getBlobClient('f00.chart.json');
    expect(String(await blob.downloadToBuffer())).toBe('first');
    expect((await blob.getProperties()).metadata).toEqual({ action: 'chart', root: '%C3%A9' });
  });

  it('end when the signal fires', async () => {
    const path = join(folder, 'output');
    await writeFile(path, randomBytes(20 * 1024 * 1024));
    for (const upload of [
      (stop: AbortSignal) => agent.uploadResult('aborted', path, stop),
      (stop: AbortSignal) => agent.handOn('aborted', path, {}, stop),
    ]) {
      const stop = new AbortController();
      const uploading = upload(stop.signal);
      stop.abort();
      await expect(uploading).rejects.toThrow();
    }
    expect(await storage.data.getBlobClient('aborted').exists()).toBe(false);
    expect(await storage.results.getBlobClient('aborted').exists()).toBe(false);
  });

  it('say that the file is not there', async () => {
    await expect(agent.uploadResult('x', join(folder, 'missing'), signal)).rejects.toThrow('ENOENT');
    await expect(agent.handOn('x', join(folder, 'missing'), {}, signal)).rejects.toThrow('ENOENT');
  });
});

describe('the queues', () => {
  const work = (vmName: string) => ({
    vmName,
    fileName: 'a.csv',
    action: 'profile',
    jobId: 'f00',
    attempt: 1,
  });

  it('show, hand out, take back and drop messages', async () => {
    await storage.queueprocessing.sendMessage(encodeMessage(work('vm01')));
    await storage.queueprocessing.sendMessage('garbage');
    const peeked = await agent.peek(32);
    expect(peeked.map(decodeWork)).toEqual([work('vm01'), undefined]);

    const received = await agent.receive(32, 1500);
    expect(received.map((message) => message.text)).toEqual(peeked);
    expect(await agent.peek(32)).toEqual([]);
    const [own, garbage] = received;
    if (!own || !garbage) throw new Error('two were received');

    await agent.giveBack(garbage);
    expect(await agent.peek(32)).toEqual(['garbage']);
    await agent.remove(own);
    await agent.remove(own);
    expect(await agent.peek(32)).toEqual(['garbage']);
  });

  it('leave a message alone that somebody else has received since', async () => {
    await storage.queueprocessing.clearMessages();
    await storage.queueprocessing.sendMessage(encodeMessage(work('vm01')));
    const [before] = await agent.receive(1, 1000);
    if (!before) throw new Error('one was received');
    await agent.giveBack(before);
    const [after] = await agent.receive(1, 30_000);
    await agent.giveBack(before);
    await agent.remove(before);
    expect(await agent.peek(32)).toEqual([]);
    if (after) await agent.giveBack(after);
    expect(await agent.peek(32)).toHaveLength(1);
  });

  it('take log events', async () => {
    await agent.sendLog({ vmName: 'vm01', fileName: 'ü', message: 'm', level: 'info', event: 'file-done' });
    const { receivedMessageItems } = await storage.queuelog.receiveMessages();
    expect(decodeLogEvent(receivedMessageItems[0]?.messageText)).toMatchObject({
      fileName: 'ü',
      event: 'file-done',
    });
  });
});
