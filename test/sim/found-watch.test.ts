import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import { tend } from '../../src/core/tend.ts';
import { openTown } from '../core/town.ts';

const minuteMs = 60_000;

describe('found by the simulator in the watchdog', () => {
  it.each([{ files: 1 }, { files: 0 }])(
    'stops a VM that was running, is being started by nobody of us and does not come up, with $files files',
    async ({ files }) => {
      const town = openTown([{ name: 'vm01', state: 'running' }]);
      if (files > 0) await town.arrive('a.json');
      town.memory.powers.set('vm01', 'starting');
      for (let minute = 0; minute < 500 && town.vm('vm01').state === 'running'; minute++) {
        town.pass(minuteMs);
        await tend(town.world);
      }
      expect(town.vm('vm01')).toMatchObject({ state: 'stopping', files: [] });
    },
  );

  it('gives up a file whose message is read for ever on a VM that once named a job', async () => {
    const town = openTown([{ name: 'vm01' }], { unreportedMax: 2 });
    const { memory, world } = town;
    await world.pool.hear('vm01', { at: world.now(), namesJobs: true });
    const { id } = await town.arrive('a.json');
    for (let minute = 0; minute < 500 && memory.jobs.get(id)?.state !== 'failed'; minute++) {
      // A script reads the message, and makes nothing of it.
      if (town.vm('vm01').state === 'running') memory.queues.processing.clear();
      town.pass(minuteMs);
      await tend(world);
    }
    expect(memory.jobs.get(id)).toMatchObject({ state: 'failed', cause: 'unreported' });
  });

  it('keeps a cancelled job listed whose file came after the tick had looked at the files', async () => {
    const town = openTown([{ name: 'vm01', disabled: true }]);
    const { files } = town.world;
    const { list } = files;
    files.list = async () => {
      const listed = await list();
      town.pass(1);
      const job = await town.arrive('a.json');
      await decide(job, 'cancelled', { cause: 'operator' }, town.world);
      await town.world.jobs.enlist('resting', town.job('a.json'));
      return listed;
    };
    await tend(town.world);
    expect([...town.memory.index.values()]).toMatchObject([{ place: 'waiting' }, { place: 'resting' }]);
  });

  it('gives away the files of a row that says off and whose VM ARM does not know', async () => {
    const town = openTown([{ name: 'vm01' }, { name: 'vm02', disabled: true }]);
    await town.arrive('a.json');
    town.editVm('vm01', { state: 'deallocated' });
    town.editVm('vm02', { disabled: false });
    town.memory.powers.delete('vm01');
    for (let minute = 0; minute < 4; minute++) {
      town.pass(minuteMs);
      await tend(town.world);
    }
    expect(town.job('a.json')).toMatchObject({ vmName: 'vm02', attempt: 2 });
  });

  it('gives files to a VM that is off, though a hand has left the mark of silence on its row', async () => {
    const town = openTown([{ name: 'vm01', silentAt: 1_600_000_000_000 }]);
    await town.arrive('a.json');
    expect(town.job('a.json')).toMatchObject({ state: 'assigned', vmName: 'vm01' });
    expect(town.vm('vm01').silentAt).toBe(0);
  });
});
