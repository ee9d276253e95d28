import { describe, expect, it } from 'vitest';
import { claim } from '../../src/core/claim.ts';
import { release, renew } from '../../src/core/lease.ts';
import { openTown } from './town.ts';

describe('a VM that asks for its file', () => {
  it('gets it with a lease, and its message is deleted', async () => {
    const town = openTown(['vm01']);
    await town.arrive('a.json');
    const { stop, next } = await claim('VM01', town.world);
    expect(stop).toBe(false);
    expect(next).toMatchObject({ fileName: 'a.json', state: 'processing', attempt: 1 });
    expect(next?.leaseUntil).toBe(town.world.now() + town.world.rules.leaseMs);
    expect(town.memory.queues.processing.size).toBe(0);
    expect(town.vm('vm01').state).toBe('running');
  });

  it('gets the same file when it asks again, as often as the limit allows', async () => {
    const town = openTown(['vm01'], { unreportedMax: 2 });
    const job = await town.arrive('a.json');
    const ids = [];
    for (let times = 0; times < 3; times++) {
      ids.push((await claim('vm01', town.world)).next?.id);
      town.pass(60_000);
    }
    expect(ids).toEqual([job.id, job.id, job.id]);
    expect(town.events().filter((event) => event === 'begun-again')).toHaveLength(2);

    expect((await claim('vm01', town.world)).next).toBeNull();
    expect(town.job('a.json')).toMatchObject({ state: 'failed', cause: 'unreported' });
    expect([...town.memory.index.values()]).toMatchObject([{ place: 'resting' }]);
    expect(town.memory.files.size).toBe(1);
    expect(town.vm('vm01').files).toEqual([]);
  });

  it('may repeat its question within moments: then only the answer was lost, and that counts for nothing', async () => {
    const town = openTown(['vm01'], { unreportedMax: 2 });
    const job = await town.arrive('a.json');
    for (let times = 0; times < 10; times++) {
      expect((await claim('vm01', town.world)).next?.id).toBe(job.id);
      town.pass(5000);
    }
    expect(town.job('a.json')).toMatchObject({ state: 'processing', unreported: 0, attempt: 1 });
    expect(town.job('a.json').leaseUntil).toBe(town.world.now() - 5000 + town.world.rules.leaseMs);
  });

  it('is not of the pool if no row has its name, and leaves no trace', async () => {
    const town = openTown(['vm01']);
    await expect(claim('vm99', town.world)).rejects.toMatchObject({ code: 'not_in_pool' });
    expect(town.memory.heard.size).toBe(0);
  });

  it('is kept on for its idle grace, then stopped', async () => {
    const town = openTown([{ name: 'vm01', state: 'running', idleSince: 1_700_000_000_000 }]);
    expect(await claim('vm01', town.world)).toEqual({ vmName: 'vm01', stop: false, next: null });
    town.pass(town.world.rules.idleMsMax);
    expect(await claim('vm01', town.world)).toEqual({ vmName: 'vm01', stop: true, next: null });
    expect(town.vm('vm01').state).toBe('stopping');
    expect(town.memory.powers.get('vm01')).toBe('deallocated');
  });

  it('is left on while a person maintains it', async () => {
    const town = openTown([{ name: 'vm01', state: 'running', maintenanceUntil: 1_800_000_000_000 }]);
    expect((await claim('vm01', town.world)).stop).toBe(false);
  });

  it('is not revived by its call once it is being stopped', async () => {
    const town = openTown([{ name: 'vm01', state: 'stopping' }]);
    expect(await claim('vm01', town.world)).toEqual({ vmName: 'vm01', stop: true, next: null });
    expect(town.vm('vm01').state).toBe('stopping');
  });

  it('that is drained works off what it lists, then stops without grace', async () => {
    const town = openTown([{ name: 'vm01', state: 'running' }]);
    await town.arrive('a.json');
    town.editVm('vm01', { disabled: true });
    expect((await claim('vm01', town.world)).next?.fileName).toBe('a.json');
    const next = await town.arrive('b.json');
    expect(next.state).toBe('received');
  });

  it('drops entries that have gone stale, and lists their jobs where they belong', async () => {
    const town = openTown(['vm01']);
    const job = await town.arrive('a.json');
    town.memory.jobs.set(job.id, { ...job, state: 'received', attempt: 2, vmName: '' });
    town.pass(1);
    const { next } = await claim('vm01', town.world);
    expect(next).toMatchObject({ id: job.id, attempt: 2, state: 'processing' });
    expect(town.vm('vm01').files).toMatchObject([{ jobId: job.id, attempt: 2 }]);
  });
});

describe('a file that is handed back again and again', () => {
  it('is failed at the limit: it may be what makes its VM stop', async () => {
    const town = openTown(['vm01'], { unreportedMax: 2 });
    const job = await town.arrive('a.json');
    for (const attempt of [1, 2, 3]) {
      town.pass(attempt);
      await claim('vm01', town.world);
      await release({ vmName: 'vm01', jobId: job.id, attempt }, town.world);
    }
    expect(town.job('a.json')).toMatchObject({ state: 'failed', cause: 'unreported' });
    expect(town.memory.files.size).toBe(1);
  });
});

describe('a lease', () => {
  it('is renewed from now on', async () => {
    const town = openTown(['vm01']);
    const job = await town.arrive('a.json');
    await claim('vm01', town.world);
    town.pass(60_000);
    const { next } = await renew({ vmName: 'vm01', jobId: job.id, attempt: 1 }, town.world);
    expect(next?.leaseUntil).toBe(town.world.now() + town.world.rules.leaseMs);
  });

  it.each([
    ['an older attempt', { attempt: 2 }],
    ['another VM', { vmName: 'vm02' }],
    ['a cancelled job', { state: 'cancelled' }],
  ] as const)('is lost to %s', async (_whom, change) => {
    const town = openTown(['vm01', 'vm02']);
    const job = await town.arrive('a.json');
    await claim('vm01', town.world);
    town.memory.jobs.set(job.id, { ...town.job('a.json'), ...change });
    const lease = { vmName: 'vm01', jobId: job.id, attempt: 1 };
    await expect(renew(lease, town.world)).rejects.toMatchObject({ code: 'lease_lost' });
    await expect(release(lease, town.world)).rejects.toMatchObject({ code: 'lease_lost' });
  });

  it('that is released puts the file back in line, where it counts as unreported', async () => {
    const town = openTown(['vm01']);
    const job = await town.arrive('a.json');
    await claim('vm01', town.world);
    await release({ vmName: 'vm01', jobId: job.id, attempt: 1 }, town.world);
    expect(town.job('a.json')).toMatchObject({ state: 'received', attempt: 2, unreported: 1, vmName: '' });
    expect(town.vm('vm01').files).toEqual([]);
    expect(town.memory.index.size).toBe(1);
  });
});
