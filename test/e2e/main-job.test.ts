import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pickDatasets } from '../../src/local/datasets.ts';
import type { Row } from '../../src/local/rows.ts';
import { meanOf, namesOf, numberOf, present, rowsOf } from '../local/guests/reference.ts';
import { openTestWorld, type TestWorld, until } from './box.ts';

const files = 40;
let world: TestWorld;
beforeAll(async () => {
  world = await openTestWorld({ vms: 10, files, bootSeconds: 3 });
});
afterAll(() => world?.close());

/** The result rows of the first step with the data set that each came from. */
function profiles(rows: Row[]) {
  return pickDatasets(files).map((dataset) => {
    const source = dataset.name.replace(/\.[^.]+$/, '');
    const row = rows.find(
      ({ FileName, Action }) => Action === 'profile' && String(FileName).startsWith(`${source}.`),
    );
    return { dataset, row };
  });
}

describe('the main job', () => {
  it('takes every file through both steps and puts every VM back to sleep', {
    timeout: 120_000,
  }, async () => {
    await until('all results', async () => (await world.results()).length >= 2 * files, 100_000);
    await until('all VMs are off', world.isAsleep);
    expect(await world.inData()).toEqual([]);
    expect((await world.results()).map((row) => row.Action).sort()).toEqual([
      ...Array(files).fill('chart'),
      ...Array(files).fill('profile'),
    ]);
    expect(new Set((await world.jobs()).map((row) => row.state))).toEqual(new Set(['completed']));
    const { peekedMessageItems } = await world.connection.queueprocessing.peekMessages({
      numberOfMessages: 32,
    });
    expect(peekedMessageItems).toEqual([]);
  });

  it('has computed what another method computes, too', async () => {
    for (const { dataset, row } of profiles(await world.results())) {
      const profile = JSON.parse(await world.result(String(row?.ResultName)));
      const rows = rowsOf(dataset.file);
      expect(profile.rows, dataset.name).toBe(rows.length);
      expect(
        profile.columns.map((column: { name: string }) => column.name),
        dataset.name,
      ).toEqual(namesOf(rows));
      for (const column of profile.columns.filter(({ type }: { type: string }) => type === 'number')) {
        const mean = meanOf(present(rows, column.name).map(numberOf));
        expect(column.mean, `${dataset.name} ${column.name}`).toBeCloseTo(
          mean,
          6 - Math.ceil(Math.log10(Math.abs(mean) + 1)),
        );
      }
    }
  });

  it('has drawn a chart from each profile, joined to the file that it came from', async () => {
    const rows = await world.results();
    const jobs = await world.jobs();
    for (const { dataset, row } of profiles(rows)) {
      const step = jobs.find((job) => job.rootJobId === row?.rowKey && job.action === 'chart');
      const drawn = rows.find(({ rowKey }) => rowKey === step?.rowKey);
      const svg = await world.result(String(drawn?.ResultName));
      expect(svg, dataset.name).toMatch(/<svg [\s\S]*<\/svg>\s*$/);
      expect(svg).toContain(dataset.name.replace(/\.[^.]+$/, ''));
    }
  });

  it('explains every choice of a VM in the log, newest first', async () => {
    const log = await world.log();
    const assigned = log.filter((row) => row.Event === 'assigned');
    expect(assigned.length).toBeGreaterThanOrEqual(2 * files - 40);
    for (const row of assigned) expect(row.Message).toMatch(/goes to vm\d\d: /);
    const times = log.filter((row) => row.partitionKey === 'Vmselector').map((row) => String(row.DateTime));
    expect(times).toEqual([...times].sort().reverse());
  });

  it('collects the same items again without a second job', async () => {
    const jobs = (await world.jobs()).length;
    const asked = world.source.requests().length;
    await until('a round of the collector', async () => world.source.requests().length >= asked + files);
    expect((await world.jobs()).length).toBe(jobs);
    expect(
      world.source
        .requests()
        .slice(asked)
        .every(({ status }) => status === 304),
    ).toBe(true);
  });
});
