import { afterEach, describe, expect, it } from 'vitest';
import { connectStorage } from '../../src/azure/storage.ts';
import { listRows } from '../../src/azure/table.ts';
import { type Answer, anyToken, type FakeService, startFakeService } from './fake-service.ts';

describe('a list of rows', () => {
  const services: FakeService[] = [];
  afterEach(async () => {
    for (const service of services.splice(0)) await service.close();
  });

  /** A table whose service gives these answers, and what that is asked. */
  async function table(answers: Answer[]) {
    const service = await startFakeService(answers);
    services.push(service);
    const account = `${service.url}/account`;
    const urls = { blobUrl: account, queueUrl: account, tableUrl: account };
    const { tblvm } = connectStorage({ ...urls, ca: service.ca, credential: anyToken });
    return { tblvm, asked: service.asked };
  }

  const page = (rows: string[], next?: string): Answer => ({
    status: 200,
    body: { value: rows.map((RowKey) => ({ PartitionKey: 'p', RowKey })) },
    headers: next ? { 'x-ms-continuation-nextpartitionkey': 'p', 'x-ms-continuation-nextrowkey': next } : {},
  });

  it('goes on after pages that hold nothing: the service gives one up after a while of finding nothing', async () => {
    const { tblvm } = await table([page([], 'a'), page(['a'], 'b'), page([], 'c'), page(['c'])]);
    expect((await listRows(tblvm, '')).map((row) => row.rowKey)).toEqual(['a', 'c']);
  });

  it('ends with the last row asked for, and asks for no page more', async () => {
    const { tblvm, asked } = await table([page(['a', 'b'], 'c'), page(['c', 'd'], 'e')]);
    expect((await listRows(tblvm, '', 3)).map((row) => row.rowKey)).toEqual(['a', 'b', 'c']);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toContain('$top=3');
  });

  it('is nothing at all when one of its pages fails', async () => {
    const failure: Answer = {
      status: 403,
      headers: { 'x-ms-error-code': 'AuthorizationPermissionMismatch' },
    };
    const { tblvm } = await table([page(['a'], 'b'), failure]);
    await expect(listRows(tblvm, '')).rejects.toMatchObject({ code: 'no_permission' });
  });

  it('is tried a few times while the service is busy, and then says so', async () => {
    const busy: Answer = { status: 503, headers: { 'retry-after': '0', 'x-ms-error-code': 'ServerBusy' } };
    const { tblvm, asked } = await table([busy, busy, page(['a'])]);
    expect(await listRows(tblvm, '')).toHaveLength(1);
    expect(asked).toHaveLength(3);

    const always = await table([busy]);
    await expect(listRows(always.tblvm, '')).rejects.toMatchObject({ code: 'throttled', retryAfterMs: 0 });
    expect(always.asked).toHaveLength(3);
  });
});
