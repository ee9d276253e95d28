import { expect, it } from 'vitest';
import { azurePool } from '../../src/azure/pool.ts';
import { connectStorage } from '../../src/azure/storage.ts';
import { type Answer, anyToken, startFakeService } from './fake-service.ts';

it('a VM that goes by its name in lower case is found without a look at the whole pool', async () => {
  const missing: Answer = { status: 404, headers: { 'x-ms-error-code': 'ResourceNotFound' } };
  const row: Answer = { status: 200, body: { PartitionKey: 'vmlist', RowKey: 'vm01' } };
  const { url, ca, asked, close } = await startFakeService([missing, row]);
  try {
    const urls = { blobUrl: `${url}/a`, queueUrl: `${url}/a`, tableUrl: `${url}/a` };
    const pool = azurePool(connectStorage({ ...urls, ca, credential: anyToken }));
    expect((await pool.read('VM01'))?.name).toBe('vm01');
    expect(asked).toHaveLength(2);
    expect(asked[1]).toContain("PartitionKey='vmlist',RowKey='vm01'");
  } finally {
    await close();
  }
});
