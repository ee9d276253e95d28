import { describe, expect, it } from 'vitest';
import { assign } from '../../src/core/assign.ts';
import { claim } from '../../src/core/claim.ts';
import { finish } from '../../src/core/finish.ts';
import { decodeWork } from '../../src/core/message.ts';
import { openTown } from './town.ts';

const ok = { status: 'ok', resultName: 'r', error: '', durationMs: 1 } as const;

describe('a file that arrives', () => {
  it('wakes a VM, is listed on it, and has its message and its log row', async () => {
    const town = openTown(['vm01']);
    const job = await town.arrive('a b.json', { action: 'profile' });

    expect(job).toMatchObject({ state: 'assigned', vmName: 'vm01', attempt: 1, action: 'profile' });
    expect(town.vm('vm01')).toMatchObject({ state: 'starting', files: [{ jobId: job.id, attempt: 1 }] });
    expect(town.memory.powers.get('vm01')).toBe('running');
    const [message] = town.memory.queues.processing.values();
    expect(decodeWork(message?.text ?? '')).toEqual({
      vmName: 'vm01',
      fileName: 'a b.json',
      action: 'profile',
      jobId: job.id,
      attempt: 1,
    });
    expect(town.vm('vm01').files[0]?.ticket).toEqual({
      messageId: [...town.memory.queues.processing.keys()][0],
      popReceipt: message?.popReceipt,
    });
    expect(town.memory.log.find(({ event }) => event === 'assigned')?.message).toBe(
      'a b.json goes to vm01: asleep; idle ones: 0, asleep ones: 1',
    );
  });

  it('is one job however often it is delivered, also at the same time', async () => {
    const town = openTown(['vm01', 'vm02']);
    town.upload('a.json');
    await Promise.all([
      assign('a.json', town.world),
      assign('a.json', town.world),
      assign('a.json', town.world),
    ]);
    await assign('a.json', town.world);
    expect(town.memory.jobs.size).toBe(1);
    expect([...town.memory.vms.values()].flatMap((vm) => vm.files)).toHaveLength(1);
  });

  it('waits when no VM has room, and is taken by the first that has', async () => {
    const town = openTown(['vm01']);
    await town.arrive('first');
    const second = await town.arrive('second');
    expect(second).toMatchObject({ state: 'received', vmName: '' });
    expect([...town.memory.index.values()]).toMatchObject([{ place: 'waiting', jobId: second.id }]);

    const { next } = await claim('vm01', town.world);
    const answer = await finish({ vmName: 'vm01', jobId: next?.id, attempt: 1, ...ok }, town.world);
    expect(answer.next).toMatchObject({ fileName: 'second', state: 'processing' });
    expect(town.memory.index.size).toBe(0);
  });

  it('that is gone again leaves nothing', async () => {
    const town = openTown(['vm01']);
    expect(await assign('never', town.world)).toEqual({ outcome: 'gone' });
    expect(town.memory.jobs.size).toBe(0);
  });

  it('that must be refused gets a failed job and a clear log row, and stays', async () => {
    const town = openTown(['vm01']);
    const job = await town.arrive('bad\u0007name');
    expect(job).toMatchObject({ state: 'failed', cause: 'refused' });
    expect([...town.memory.index.values()]).toMatchObject([{ place: 'resting', jobId: job.id }]);
    expect(town.memory.files.size).toBe(1);
    expect(town.memory.log.at(-1)).toMatchObject({
      event: 'refused',
      level: 'error',
      message: expect.stringContaining('rename it'),
    });
  });

  it('goes elsewhere when the chosen VM fills up in between', async () => {
    const town = openTown(['vm01', 'vm02']);
    const list = town.world.pool.list;
    town.world.pool.list = async () => {
      const vms = await list();
      town.editVm('vm01', { disabled: true });
      return vms;
    };
    const job = await town.arrive('a.json');
    expect(job).toMatchObject({ vmName: 'vm02', attempt: 2, state: 'assigned' });
    expect(town.vm('vm01').files).toEqual([]);
  });

  it('is an alert when no VM of the pool has its action', async () => {
    const town = openTown([{ name: 'vm01', actions: ['chart'] }]);
    const job = await town.arrive('a.json', { action: 'profile' });
    expect(job.state).toBe('received');
    expect(town.memory.log).toContainEqual(
      expect.objectContaining({ level: 'error', event: 'no-vm-for-action' }),
    );
  });
});

describe('a version of a file', () => {
  it('that comes while an older one is in work is a job of its own', async () => {
    const town = openTown(['vm01', 'vm02']);
    const first = await town.arrive('a.json');
    const second = await town.arrive('a.json');
    expect(second.id).not.toBe(first.id);
    expect(second.id.slice(0, 24)).toBe(first.id.slice(0, 24));
    expect(second.vmName).not.toBe(first.vmName);
  });

  it('that an origin sent again after its result was recorded is deleted as a repeat', async () => {
    const town = openTown(['vm01']);
    const metadata = { source: 'prices' };
    const name = 'prices.0123456789ab.csv';
    const first = await town.arrive(name, metadata);
    await finish({ vmName: 'vm01', jobId: first.id, attempt: 1, ...ok }, town.world);
    town.upload(name, { metadata });
    expect(await assign(name, town.world)).toEqual({ outcome: 'repeat' });
    expect(town.memory.files.size).toBe(0);
    expect(town.memory.results.size).toBe(1);
  });

  it('that a person uploads again is worked on again', async () => {
    const town = openTown(['vm01']);
    const first = await town.arrive('a.json');
    await finish({ vmName: 'vm01', jobId: first.id, attempt: 1, ...ok }, town.world);
    expect((await town.arrive('a.json')).id).not.toBe(first.id);
    expect(town.memory.files.size).toBe(1);
  });

  it('that came from another step is joined to the first of its workflow', async () => {
    const town = openTown(['vm01']);
    const job = await town.arrive('x.chart.json', { root: 'a'.repeat(40), hop: '1' });
    expect(job).toMatchObject({ rootJobId: 'a'.repeat(40), hop: 1 });
    expect(town.memory.joined.get('a'.repeat(40))).toEqual(new Set([job.id]));
  });
});
