import assert from 'node:assert';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/azure/connect.ts';
import { setUp } from '../../src/azure/setup.ts';
import { azureWorld } from '../../src/azure/world.ts';
import { defaultNames } from '../../src/core/names.ts';
import { defaultRules } from '../../src/core/rules.ts';
import { sampleJob } from '../core/samples.ts';
import { type OpenedAzure, openAzure } from './azure.ts';
import { byAddress } from './by-address.ts';

describe('the rows in storage', { timeout: 30_000 }, () => {
  let azure: OpenedAzure;
  beforeAll(async () => {
    azure = await openAzure();
  }, 60_000);
  afterAll(() => azure?.close(), 60_000);

  it('of a VM may be written by hand with any types, and stay as people wrote them', async () => {
    const { tblvm } = azure.connection;
    const byHand = {
      partitionKey: 'vmlist',
      rowKey: 'Hand-01',
      vmName: 'hand-01',
      files: '[{"jobId":',
      state: 'Unknown',
      disabled: true,
      actions: 'chart, profile',
      maintenanceUntil: new Date(1_772_600_767_000),
      unavailableUntil: 1_772_600_767_000n,
      owner: 'somebody',
      score: 1.5,
    };
    await tblvm.createEntity(byHand);
    const vm = await azure.world.pool.read('hand-01');
    assert(vm);
    expect(vm).toMatchObject({
      name: 'Hand-01',
      state: 'deallocated',
      files: [],
      disabled: true,
      actions: ['chart', 'profile'],
      maintenanceUntil: 1_772_600_767_000,
      unavailableUntil: 1_772_600_767_000,
    });

    expect(
      await azure.world.pool.write({ ...vm, state: 'starting', stateAt: 1_772_600_767_000 }),
    ).toBeDefined();
    expect(await tblvm.getEntity('vmlist', 'Hand-01')).toMatchObject({
      vmName: 'hand-01',
      disabled: true,
      actions: 'chart, profile',
      owner: 'somebody',
      score: 1.5,
      state: 'starting',
      stateAt: '2026-03-04T05:06:07.000Z',
      files: '[]',
    });
  });

  it('of the log are newest first within a writer, and say all', async () => {
    const { log } = azure.world;
    const at = Date.UTC(2026, 2, 4);
    const line = { writer: 'Watchdog', level: 'warning', event: 'e', message: 'm' } as const;
    for (const ms of [5, 1, 1_000_000, 3]) await log({ ...line, message: `at ${ms}`, at: at + ms });
    await log({ ...line, writer: 'Collector', message: 'x'.repeat(100_000), at });
    await log({ ...line, writer: 'Vmstop', vmName: 'vm01', fileName: "it's", jobId: 'j', at });

    const rows: Record<string, unknown>[] = [];
    for await (const row of azure.connection.tbllog.listEntities()) rows.push(row);
    const of = (writer: string) => rows.filter((row) => row.partitionKey === writer);
    expect(of('Watchdog').map((row) => row.Message)).toEqual(['at 1000000', 'at 5', 'at 3', 'at 1']);
    expect(of('Collector')[0]?.Message).toBe('x'.repeat(32_768));
    expect(of('Vmstop')[0]).toMatchObject({
      VmName: 'vm01',
      FileName: "it's",
      Message: 'm',
      Level: 'warning',
      DateTime: '2026-03-04T00:00:00.000Z',
      Event: 'e',
      JobId: 'j',
    });
  });

  it('of results have the columns of the contract', async () => {
    const completed = {
      vmName: 'vm01',
      resultName: 'r.json',
      durationMs: 1234,
      completedAt: Date.UTC(2026, 2, 4),
    };
    const job = sampleJob({ fileName: 'rows/result', state: 'completed', action: 'chart', ...completed });
    await azure.world.jobs.record(job);
    expect(await azure.connection.tblresults.getEntity('result', job.id)).toMatchObject({
      VmName: 'vm01',
      FileName: 'rows/result',
      ResultName: 'r.json',
      DateTime: '2026-03-04T00:00:00.000Z',
      Status: 'ok',
      DurationMs: 1234,
      Action: 'chart',
    });
  });

  it('that wait have keys by priority, time and job id; those that rest and those of a workflow by job id', async () => {
    const job = sampleJob({
      fileName: 'rows/keys',
      action: 'keys',
      priority: 3,
      insertedAt: 1_772_600_767_000,
    });
    await azure.world.jobs.enlist('waiting', job);
    await azure.world.jobs.enlist('resting', job);
    await azure.world.jobs.join('first', job.id);
    const { tbljob } = azure.connection;
    expect(await tbljob.getEntity('waiting-keys', `3-001772600767000-${job.id}-1`)).toMatchObject({
      due: '2026-03-04T05:06:07.000Z',
      fileName: 'rows/keys',
    });
    expect(await tbljob.getEntity('resting', `${job.id}-1`)).toMatchObject({ fileName: 'rows/keys' });
    expect(await tbljob.getEntity('root-first', job.id)).toBeDefined();
  });

  it('are not read by a forged continuation where they are not of the source that is paged', async () => {
    const { jobs } = azure.world;
    await jobs.insert(sampleJob({ fileName: 'rows/forged' }));
    const resting = sampleJob({ fileName: 'rows/forged rests', state: 'failed' });
    await jobs.enlist('resting', resting);
    for (const [nextPartitionKey, nextRowKey] of [
      ['job', '0'],
      ['', '0'],
      ['resting', ''],
      ['a/b#?', '\u0000'],
    ]) {
      const forged = Buffer.from(JSON.stringify({ nextPartitionKey, nextRowKey })).toString('base64');
      const page = await jobs.page('resting', 1000, forged).catch((error) => error);
      if (page instanceof Error) expect(page).toMatchObject({ name: 'AppError', code: 'bad_input' });
      else
        for (const id of page.ids)
          expect((await jobs.listed('resting')).map((entry) => entry.jobId)).toContain(id);
    }
  });

  it('that others put among the waiting are passed over', async () => {
    const { tbljob } = azure.connection;
    await tbljob.createEntity({ partitionKey: 'waiting-strange', rowKey: 'note', due: '2020-01-01' });
    await tbljob.createEntity({ partitionKey: 'waiting-strange', rowKey: '5-1-x-1' });
    expect(await azure.world.jobs.waiting(['strange'], Date.now(), 8)).toEqual([]);
    expect(await azure.world.jobs.waiting([], 0, 8)).toEqual([]);
  });

  it('are not taken to be absent when their table is', async () => {
    const names = { tblvm: 'missing', tbljob: 'missing', tblresults: 'missing', data: 'missing' };
    const options = { ...azure.box, names: { ...defaultNames, ...names } };
    const world = azureWorld(connect(options), defaultRules, byAddress);
    await Promise.all(
      [
        world.pool.list(),
        world.pool.read('vm01'),
        world.pool.heard(),
        world.jobs.read('x'),
        world.jobs.versions(sampleJob().id),
        world.jobs.waiting([], 0, 1),
        world.jobs.record(sampleJob()),
        world.files.head('x'),
      ].map((call) => expect(call).rejects.toMatchObject({ name: 'AppError', code: 'misconfigured' })),
    );
  });

  it('cannot be read with a token that is not for them, nor where nobody answers', async () => {
    const wrong = { getToken: () => azure.box.credential.getToken('https://management.azure.com/.default') };
    const stranger = azureWorld(connect({ ...azure.box, credential: wrong }), defaultRules, byAddress);
    await expect(stranger.pool.list()).rejects.toMatchObject({ code: 'no_permission' });
    await expect(stranger.files.head('x')).rejects.toMatchObject({ code: 'no_permission' });

    const nowhere = 'https://127.0.0.1:1/account';
    const gone = { ...azure.box, tableUrl: nowhere, blobUrl: nowhere, queueUrl: nowhere };
    const silent = azureWorld(connect(gone), defaultRules, byAddress);
    await Promise.all(
      [
        silent.pool.list(),
        silent.files.head('x'),
        silent.messages.remove({ messageId: 'm', popReceipt: 'p' }),
      ].map((call) =>
        expect(call).rejects.toMatchObject({ name: 'AppError', code: 'unavailable', retryable: true }),
      ),
    );
  });

  it('have their containers, queues and tables made by setup, which may be run again', async () => {
    const names = {
      data: 'data2',
      results: 'results2',
      config: 'config2',
      queueprocessing: 'work2',
      queuelog: 'log2',
      tblvm: 'vm2',
      tbllog: 'log2',
      tblresults: 'results2',
      tbljob: 'job2',
    };
    const connection = connect({ ...azure.box, names });
    const made = [
      'container config2',
      'container data2',
      'container results2',
      'queue log2',
      'queue work2',
      'table job2',
      'table log2',
      'table results2',
      'table vm2',
    ];
    const lines: string[] = [];
    await setUp(connection, (line) => lines.push(line));
    expect(lines.toSorted()).toEqual(made.map((what) => `${what}: created`));
    await connection.tblvm.createEntity({ partitionKey: 'vmlist', rowKey: 'kept' });
    await connection.queuelog.delete();

    lines.length = 0;
    await setUp(connection, (line) => lines.push(line));
    expect(lines.toSorted()).toEqual(
      made.map((what) => `${what}: ${what === 'queue log2' ? 'created' : 'was there'}`),
    );
    expect(await connection.tblvm.getEntity('vmlist', 'kept')).toBeDefined();
  });

  it('cost one operation for each call that needs no more', async () => {
    const { world, operations } = azure;
    const cost = async (call: () => Promise<unknown>) => {
      const before = operations();
      await call();
      return operations() - before;
    };
    await azure.addVms(['cost']);
    expect(await cost(() => world.pool.read('cost'))).toBe(1);
    const job = sampleJob({ fileName: 'rows/cost' });
    expect(await cost(() => world.jobs.insert(job))).toBe(1);
    expect(await cost(() => world.jobs.waiting(['a', 'b'], 0, 8))).toBe(2);
    expect(await cost(() => world.files.head('none'))).toBe(1);
  });
});
