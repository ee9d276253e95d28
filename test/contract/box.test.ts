import { existsSync } from 'node:fs';
import { ComputeManagementClient } from '@azure/arm-compute';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBox, type TestBox } from './box.ts';

let box: TestBox;
const environment = { ...process.env, HTTPS_PROXY: 'http://127.0.0.1:9' };

beforeAll(async () => {
  process.env.HTTPS_PROXY = environment.HTTPS_PROXY;
  box = await openBox();
});

afterAll(() => {
  delete process.env.HTTPS_PROXY;
});

describe('the box', () => {
  it('lets the real clients in with a managed identity, past the proxy of the shell', async () => {
    const options = { userAgentOptions: {}, tlsOptions: { ca: box.ca } };
    const blobs = new BlobServiceClient(box.blobUrl, box.credential, options);
    await blobs.createContainer('data');
    await blobs.getContainerClient('data').getBlockBlobClient('a b.txt').upload('hello', 5);
    const queue = new QueueServiceClient(box.queueUrl, box.credential, options).getQueueClient('work');
    await queue.create();
    await queue.sendMessage('x');
    expect((await queue.peekMessages()).peekedMessageItems).toHaveLength(1);
    const table = new TableClient(box.tableUrl, 'rows', box.credential, options);
    await table.createTable();
    await table.createEntity({ partitionKey: 'p', rowKey: 'r' });
    await expect.poll(box.azurite.requests, { timeout: 10_000 }).toBe(7);
    const endpoint = box.armUrl;
    const compute = new ComputeManagementClient(box.credential, box.subscriptionId, { ...options, endpoint });
    const names = [];
    for await (const { name } of compute.virtualMachines.list(box.resourceGroup)) names.push(name);
    expect(names).toEqual(box.machines);
  });

  it('is open once in a process', async () => {
    await expect(openBox()).rejects.toThrow('One box per test file');
  });

  it('leaves nothing behind when it is closed', async () => {
    await box.close();
    expect(existsSync(box.folder)).toBe(false);
    expect(process.env).toEqual(environment);
    await expect(fetch(box.identity.authority)).rejects.toThrow('fetch failed');
    await box.azurite.exited;
  });
});
