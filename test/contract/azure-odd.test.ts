import assert from 'node:assert';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drain } from '../../src/local/drain.ts';
import { sampleJob } from '../core/samples.ts';
import { type OpenedAzure, openAzure } from './azure.ts';

let azure: OpenedAzure;
beforeAll(async () => {
  azure = await openAzure();
}, 60_000);
afterAll(() => azure?.close(), 60_000);

async function etagOf(fileName: string): Promise<string> {
  const file = await azure.world.files.head(fileName);
  assert(file, `${fileName} is not there`);
  return file.etag;
}

describe('a blob that is not simply deleted', () => {
  it('goes with its snapshots', async () => {
    await azure.upload('snapshots');
    const etag = await etagOf('snapshots');
    await azure.connection.data.getBlobClient('snapshots').createSnapshot();
    expect(await azure.world.files.remove('snapshots', etag)).toBe('removed');
    expect(await azure.world.files.head('snapshots')).toBeUndefined();
  });

  it('is held by a lease of somebody, and goes when that is over', async () => {
    await azure.upload('leased');
    const etag = await etagOf('leased');
    const lease = azure.connection.data.getBlobClient('leased').getBlobLeaseClient();
    await lease.acquireLease(-1);
    expect(await azure.world.files.remove('leased', etag)).toBe('held');
    await lease.releaseLease();
    expect(await azure.world.files.remove('leased', etag)).toBe('removed');
  });
});

describe('a job row that somebody has made unreadable', () => {
  it('is left out of the versions of its file, unless it is the one asked for', async () => {
    const [good, bad] = [
      sampleJob({ fileName: 'v', etag: '0x1' }),
      sampleJob({ fileName: 'v', etag: '0x2' }),
    ];
    for (const job of [good, bad]) await azure.world.jobs.insert(job);
    await azure.connection.tbljob.updateEntity({ partitionKey: 'job', rowKey: bad.id, state: 'who knows' });
    expect((await azure.world.jobs.versions(good.id)).map(({ id }) => id)).toEqual([good.id]);
    await expect(azure.world.jobs.versions(bad.id)).rejects.toMatchObject({ code: 'unreadable' });
  });
});

describe('npm run drain', () => {
  it('sets disabled on the row that is named in any case of letters, and takes it off again', async () => {
    await azure.addVms(['vm-drain']);
    expect(await drain(azure.connection, 'VM-Drain', true)).toContain('vm-drain is given nothing more');
    expect(await azure.world.pool.read('vm-drain')).toMatchObject({ disabled: true, state: 'deallocated' });
    await drain(azure.connection, 'vm-drain', false);
    expect(await azure.world.pool.read('vm-drain')).toMatchObject({ disabled: false });
    await expect(drain(azure.connection, 'vm-none', true)).rejects.toThrow('no VM vm-none');
  });
});
