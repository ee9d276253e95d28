import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { pipelineOptions } from '../../../src/azure/transport.ts';
import { openBox, type TestBox } from '../../contract/box.ts';
import { buildApp, buildHost, endChildren, type HostChild, startChild } from './child.ts';

// A child starts and a machine is busy: only a deadline, nothing waits for it.
vi.setConfig({ testTimeout: 60_000 });
const patience = { timeout: 30_000 };

let box: TestBox;
let hostFile: string;
let appFolder: string;
let blobs: BlobServiceClient;
let queues: QueueServiceClient;
beforeAll(async () => {
  box = await openBox();
  hostFile = await buildHost(box.folder);
  appFolder = await buildApp(join(box.folder, 'app'), {
    file: 'test/local/host/app.ts',
    hostJson: {
      extensions: {
        queues: { messageEncoding: 'base64', maxDequeueCount: 3, batchSize: 4, newBatchThreshold: 2 },
        blobs: { poisonBlobThreshold: 3, maxDegreeOfParallelism: 2 },
      },
    },
  });
  const options = pipelineOptions({ ca: box.ca });
  blobs = new BlobServiceClient(box.blobUrl, box.credential, options);
  queues = new QueueServiceClient(box.queueUrl, box.credential, options);
  await blobs.createContainer('data');
  await blobs.createContainer('contents');
  await queues.createQueue('work');
}, 90_000);
afterEach(endChildren);
afterAll(() => box?.close());

async function start(): Promise<HostChild> {
  const env = {
    ...box.env,
    AzureWebJobsStorage__blobServiceUri: box.blobUrl,
    AzureWebJobsStorage__queueServiceUri: box.queueUrl,
    CONTAINER: 'data',
    TICK: '* * * * * *',
  };
  const host = startChild(hostFile, ['--app', appFolder, '--scan-ms', '100', '--poll-ms', '200'], env);
  await host.ready;
  return host;
}

const put = (name: string, text: string, container = 'data', metadata = {}) =>
  blobs
    .getContainerClient(container)
    .getBlockBlobClient(name)
    .upload(text, Buffer.byteLength(text), { metadata });

/** Resolves when the container was scanned whole, twice, from now on: listings are in the order of names. */
async function scanned(host: HostChild): Promise<void> {
  for (const _time of ['first', 'second']) {
    const name = `~${randomUUID()}`;
    await put(name, '');
    await host.line(new RegExp(`"data/${name}"`));
  }
}

/** What a function was given, from the line that it has logged. */
function givenIn(line: string) {
  return JSON.parse(line.slice(line.indexOf('{')));
}

const runsOf = (host: HostChild, functionName: string, about = '') =>
  host.lines.filter(
    (line) => line.includes(` ${functionName} `) && line.includes(`"given"`) && line.includes(about),
  );

const endsOf = (host: HostChild, functionName: string) =>
  host.lines.filter((line) => line.includes(` ${functionName} `) && line.includes(' succeeded in '));

/** The most invocations of a function that were in flight at once. */
function mostAtOnce(host: HostChild, functionName: string): number {
  let running = 0;
  let most = 0;
  for (const line of host.lines.filter((line) => line.includes(` ${functionName} `))) {
    if (line.endsWith(' started')) most = Math.max(most, ++running);
    if (line.includes(' succeeded in ')) running--;
  }
  return most;
}

describe('a blob', () => {
  it('is handed over as a reference, with what is known of it', async () => {
    const host = await start();
    await put('in/ä b#?%25.csv', 'content', 'data', { action: 'profile' });
    const { given, metadata } = givenIn(await host.line(/ reference \w{8} \{.*ä b/));
    expect(given).toMatchObject({
      version: '1.0',
      source: 'AzureStorageBlobs',
      contentType: 'application/json',
    });
    expect(JSON.parse(Buffer.from(given.content).toString())).toEqual({
      Connection: 'AzureWebJobsStorage',
      ContainerName: 'data',
      BlobName: 'in/ä b#?%25.csv',
    });
    expect(metadata).toMatchObject({
      blobTrigger: 'data/in/ä b#?%25.csv',
      name: 'in/ä b#?%25.csv',
      uri: `${box.blobUrl}/data/in/%C3%A4%20b%23%3F%2525.csv`,
      metadata: { action: 'profile' },
      properties: { contentLength: 7, blobType: 'BlockBlob' },
    });
  });

  it('is handed over as bytes where the function did not ask for a reference, if its name fits', async () => {
    const host = await start();
    await put('out/a.csv', 'no', 'contents');
    await put('in/a.txt', 'no', 'contents');
    await put('in/deep/empty.csv', '', 'contents');
    await put('in/deep/a.csv', 'ä,1', 'contents');
    const { given, metadata } = givenIn(await host.line(/ content \w{8} \{.*deep\/a/));
    expect(Buffer.from(given.bytes, 'base64').toString()).toBe('ä,1');
    expect(metadata.base).toBe('deep/a');
    expect(givenIn(await host.line(/ content \w{8} \{.*deep\/empty/)).given.bytes).toBe('');
    expect(runsOf(host, 'content')).toHaveLength(2);
  });

  it('triggers once, not again after a restart, and again when it is overwritten', async () => {
    const first = await start();
    await put('once', '1');
    await first.line(/ reference \w{8} \{.*"data\/once"/);
    await scanned(first);
    first.process.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    const second = await start();
    await scanned(second);
    expect(runsOf(second, 'reference', '"data/once"')).toHaveLength(0);
    await put('once', '2');
    await second.line(/ reference \w{8} \{.*"data\/once"/);
    await scanned(second);
    expect(runsOf(second, 'reference', '"data/once"')).toHaveLength(1);
    expect(runsOf(first, 'reference', '"data/once"')).toHaveLength(1);
  });

  it('of a name as long as it may be is dealt with once as well', async () => {
    const name = 'n'.repeat(1024);
    const first = await start();
    await put(name, '1');
    await first.line(/ reference \w{8} \{.*"data\/nnn/);
    await vi.waitFor(async () => expect(await receiptsOf(name)).toBe(1), patience);
    first.process.kill('SIGTERM');
    await first.ended;
    const second = await start();
    await scanned(second);
    expect(runsOf(second, 'reference', '"data/nnn')).toHaveLength(0);
  });

  async function receiptsOf(name: string): Promise<number> {
    const { etag } = await blobs.getContainerClient('data').getBlobClient(name).getProperties();
    const names: string[] = [];
    for await (const item of blobs.getContainerClient('azure-webjobs-hosts').listBlobsFlat())
      names.push(item.name);
    return names.filter((one) => etag && one.includes(etag)).length;
  }

  it('that fails is tried so often as host.json says, then told to the poison queue, and left alone', async () => {
    const host = await start();
    const { etag } = await put('poison', 'x');
    await host.line(/blob poison failed too often/);
    expect(runsOf(host, 'reference', '"data/poison"')).toHaveLength(3);
    const told = await queues.getQueueClient('webjobs-blobtrigger-poison').receiveMessages();
    const text = told.receivedMessageItems.map((one) => Buffer.from(one.messageText, 'base64').toString());
    expect(text.map((one) => JSON.parse(one))).toEqual([
      {
        FunctionId: 'Host.Functions.reference',
        BlobType: 'Block',
        ContainerName: 'data',
        BlobName: 'poison',
        ETag: etag,
      },
    ]);
    await scanned(host);
    expect(runsOf(host, 'reference', '"data/poison"')).toHaveLength(3);
  });

  it('waits while as many are worked on as host.json allows', async () => {
    const host = await start();
    await Promise.all([1, 2, 3, 4, 5].map((number) => put(`slow${number}`, 'x')));
    await vi.waitFor(() => expect(endsOf(host, 'reference')).toHaveLength(5), patience);
    expect(mostAtOnce(host, 'reference')).toBe(2);
  });

  it('triggers again where the host was killed before the function ended', async () => {
    const first = await start();
    await put('slow and killed', 'x');
    await first.line(/"data\/slow and killed"/);
    first.process.kill('SIGKILL');
    await first.ended;
    const second = await start();
    await second.line(/"data\/slow and killed"/);
  });

  it('is found although it came while no host ran', async () => {
    await put('early', 'x');
    const host = await start();
    await host.line(/ reference \w{8} \{.*"data\/early"/);
  });
});

describe('a queue message', () => {
  const send = (text: string) =>
    queues.getQueueClient('work').sendMessage(Buffer.from(text).toString('base64'));
  const countOf = async (queue: string) =>
    (await queues.getQueueClient(queue).getProperties()).approximateMessagesCount;

  it('is handed over decoded, with what is known of it, and deleted', async () => {
    const host = await start();
    const { messageId } = await send('{"vmName":"vm01"}');
    const { given, metadata } = givenIn(await host.line(/ take \w{8} \{.*vm01/));
    expect(given).toEqual({ vmName: 'vm01' });
    expect(metadata).toMatchObject({ id: messageId, dequeueCount: 1, queueTrigger: { vmName: 'vm01' } });
    expect(Date.parse(metadata.expirationTime) - Date.parse(metadata.insertionTime)).toBe(7 * 24 * 3_600_000);
    expect(metadata.popReceipt).toMatch(/./);
    await vi.waitFor(async () => expect(await countOf('work')).toBe(0), patience);
  });

  it('that fails is shown again', async () => {
    const host = await start();
    await send('fail once');
    await host.line(/ take \w{8} \{.*"dequeueCount":2/);
    await vi.waitFor(async () => expect(await countOf('work')).toBe(0), patience);
    expect(runsOf(host, 'take')).toHaveLength(2);
  });

  it('that keeps failing, or is no base64, goes to the poison queue', async () => {
    const host = await start();
    await send('fail');
    await queues.getQueueClient('work').sendMessage('{"not":"base64"}');
    await host.line(/failed too often, moved to work-poison/);
    await host.line(/is not base64, moved to work-poison/);
    await vi.waitFor(async () => expect(await countOf('work')).toBe(0), patience);
    expect(runsOf(host, 'take')).toHaveLength(3);
    const poison = await queues.getQueueClient('work-poison').receiveMessages({ numberOfMessages: 32 });
    expect(poison.receivedMessageItems.map((one) => one.messageText).sort()).toEqual([
      'ZmFpbA==',
      '{"not":"base64"}',
    ]);
  });

  it('is taken although it came while no host ran, with as many at once as host.json allows', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => send(`slow${index}`)));
    const host = await start();
    await vi.waitFor(() => expect(endsOf(host, 'take')).toHaveLength(20), patience);
    await vi.waitFor(async () => expect(await countOf('work')).toBe(0), patience);
    // A batch of 4 is received when no more than 2 are in flight.
    expect(mostAtOnce(host, 'take')).toBeGreaterThan(1);
    expect(mostAtOnce(host, 'take')).toBeLessThanOrEqual(6);
  });
});

describe('a timer', () => {
  it('hands over when it ran', async () => {
    const host = await start();
    expect(givenIn(await host.line(/ tick \w{8} \{/)).given).toEqual({
      schedule: { adjustForDST: true },
      isPastDue: false,
    });
    await vi.waitFor(() => expect(runsOf(host, 'tick').length).toBeGreaterThan(1), patience);
  });
});
