import { describe, expect, it } from 'vitest';
import { claim } from '../../src/core/claim.ts';
import { encodeMessage } from '../../src/core/message.ts';
import { tend } from '../../src/core/tend.ts';
import type { Memory } from '../sim/memory.ts';
import { openTown, type Town } from './town.ts';

const oldMs = 121_000;

function put(town: Town, queue: keyof Memory['queues'], text: string): void {
  const message = { popReceipt: town.memory.fresh(), text, sentAt: town.world.now(), hiddenUntil: 0 };
  town.memory.queues[queue].set(town.memory.fresh(), message);
}

const textsIn = (town: Town, queue: keyof Memory['queues']) =>
  [...town.memory.queues[queue].values()].map(({ text }) => text);

describe('the VMs’ queue', () => {
  it('loses what is of an ended job, an older attempt or begun, and keeps what is awaited', async () => {
    const town = openTown(['vm01', 'vm02', 'vm03']);
    const begun = await town.arrive('begun');
    const spoilt = textsIn(town, 'processing');
    await claim('vm01', town.world);
    for (const text of spoilt) put(town, 'processing', text);
    const moved = await town.arrive('moved');
    put(town, 'processing', encodeMessage({ ...moved, jobId: moved.id, attempt: 9 }));
    town.pass(oldMs);
    town.memory.heard.set('vm01', { at: town.world.now(), namesJobs: true });
    expect(await tend(town.world)).toMatchObject({ cleaned: 2 });
    expect(textsIn(town, 'processing').map((text) => Buffer.from(text, 'base64').toString())).toEqual([
      expect.stringContaining('"moved"'),
    ]);
    expect([...town.memory.queues.processing.values()]).toMatchObject([{ hiddenUntil: 0 }]);
    expect(town.job('begun').id).toBe(begun.id);
  });

  it('has what nobody can read moved to its poison queue, with a row in the log', async () => {
    const town = openTown(['vm01']);
    put(town, 'processing', 'not a message');
    put(
      town,
      'processing',
      encodeMessage({ vmName: 'vm01', fileName: 'x', action: 'y', jobId: 'z', attempt: 1 }),
    );
    await tend(town.world);
    expect(textsIn(town, 'processing')).toHaveLength(2);
    town.pass(oldMs);
    await tend(town.world);
    expect(textsIn(town, 'processing')).toEqual([]);
    expect(textsIn(town, 'processing-poison')).toHaveLength(2);
    expect(town.events().filter((event) => event === 'unreadable')).toHaveLength(2);
  });

  it('is not touched while all that can be seen is young or live', async () => {
    const town = openTown(['vm01']);
    await town.arrive('a.json');
    const receipts = () => [...town.memory.queues.processing.values()].map(({ popReceipt }) => popReceipt);
    const before = receipts();
    town.memory.powers.set('vm01', 'starting');
    town.pass(oldMs);
    await tend(town.world);
    expect(receipts()).toEqual(before);
  });
});

describe('what the host has given up', () => {
  const given = (change: object) =>
    Buffer.from(
      JSON.stringify({
        Type: 'BlobTrigger',
        FunctionId: 'Host.Functions.funcBlobDataProcessing',
        BlobType: 'BlockBlob',
        ContainerName: 'data',
        BlobName: 'a.json',
        ETag: '"0x1"',
        ...change,
      }),
    ).toString('base64');

  it('is assigned where it is a file of ours, at once', async () => {
    const town = openTown(['vm01']);
    town.upload('a.json');
    put(town, 'blob-poison', given({}));
    expect(await tend(town.world)).toMatchObject({ recovered: 1 });
    expect(town.job('a.json').state).toBe('assigned');
    expect(textsIn(town, 'blob-poison')).toEqual([]);
    expect(town.events()).toContain('recovered');
  });

  it('keeps nothing else from being recovered where it fails once more', async () => {
    const town = openTown(['vm01']);
    for (const name of ['bad', 'a.json']) town.upload(name);
    put(town, 'blob-poison', given({ BlobName: 'bad' }));
    put(town, 'blob-poison', given({}));
    put(town, 'log-poison', encodeMessage({ vmName: 'vm01', message: 'said once' }));
    const { head } = town.world.files;
    town.world.files.head = (name) => (name === 'bad' ? Promise.reject(new Error('no answer')) : head(name));
    await expect(tend(town.world)).rejects.toThrow('no answer');
    expect(town.job('a.json').state).toBe('assigned');
    expect(textsIn(town, 'log-poison')).toEqual([]);
    expect([...town.memory.queues['blob-poison'].values()]).toMatchObject([{ hiddenUntil: 0 }]);
  });

  it('is left for whose it is', async () => {
    const town = openTown(['vm01']);
    const others = [
      given({ ContainerName: 'other' }),
      given({ FunctionId: 'Host.Functions.other' }),
      '{"x":1}',
    ];
    for (const text of others) put(town, 'blob-poison', text);
    expect(await tend(town.world)).toMatchObject({ recovered: 0 });
    expect(textsIn(town, 'blob-poison')).toEqual(others);
  });

  it('is written to the log where it is a log event', async () => {
    const town = openTown([]);
    put(town, 'log-poison', encodeMessage({ vmName: 'vm01', message: 'said once' }));
    put(town, 'log-poison', 'never readable');
    expect(await tend(town.world)).toMatchObject({ recovered: 1 });
    expect(town.memory.log).toMatchObject([{ writer: 'Vmagent', message: 'said once' }]);
    expect(textsIn(town, 'log-poison')).toEqual(['never readable']);
  });
});
