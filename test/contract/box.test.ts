import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBox, type TestBox } from './box.ts';

let box: TestBox;
beforeAll(async () => {
  box = await openBox();
}, 60_000);
afterAll(() => box?.close());

it('lets the real clients in with a managed identity', async () => {
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
  await expect.poll(() => box.azurite.requests()).toBe(7);
});
