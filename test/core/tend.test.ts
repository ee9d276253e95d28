import { describe, expect, it } from 'vitest';
import { claim } from '../../src/core/claim.ts';
import { AppError } from '../../src/core/errors.ts';
import { tend } from '../../src/core/tend.ts';
import type { Vm } from '../../src/core/vm.ts';
import type { Power } from '../../src/core/world.ts';
import { openTown } from './town.ts';

const now = 1_700_000_000_000;
const entry = { jobId: 'f'.repeat(40), attempt: 1, at: now };

async function tended(vm: Partial<Vm>, power: Power, passMs = 0) {
  const town = openTown([{ name: 'vm01', stateAt: now, startedAt: now, idleSince: now, ...vm }]);
  town.memory.powers.set('vm01', power);
  town.pass(passMs);
  await tend(town.world);
  return { state: town.vm('vm01').state, power: town.memory.powers.get('vm01'), town };
}

describe('the watchdog', () => {
  it('finds a VM that a person switched on', async () => {
    expect(await tended({ state: 'deallocated' }, 'running')).toMatchObject({ state: 'running' });
  });

  it('finds that a start has ended', async () => {
    expect(await tended({ state: 'starting', files: [entry] }, 'running')).toMatchObject({
      state: 'running',
    });
  });

  it.each(['deallocated', 'stopped'] as const)('starts again what should run and is %s', async (power) => {
    const town = openTown(['vm01']);
    await town.arrive('a.json');
    town.memory.powers.set('vm01', power);
    town.pass(61_000);
    await tend(town.world);
    expect(town.memory.powers.get('vm01')).toBe('running');

    await claim('vm01', town.world);
    town.memory.powers.set('vm01', power);
    await tend(town.world);
    expect(town.vm('vm01').state).toBe('starting');
    expect(town.memory.powers.get('vm01')).toBe('running');
  });

  it('deallocates at once what was shut down from within, and gives it nothing', async () => {
    expect(await tended({ state: 'running' }, 'stopped')).toMatchObject({
      state: 'stopping',
      power: 'deallocated',
    });
    expect(await tended({ state: 'deallocated' }, 'stopped')).toMatchObject({
      state: 'stopping',
      power: 'deallocated',
    });
  });

  it('gives the files of a VM that ARM does not know to another', async () => {
    const town = openTown(['vm01', { name: 'vm02', disabled: true }]);
    town.memory.powers.delete('vm01');
    await town.arrive('a.json');
    town.editVm('vm02', { disabled: false });
    town.pass(town.world.rules.bootMsMax + 1);
    await tend(town.world);
    expect(town.job('a.json')).toMatchObject({ state: 'assigned', vmName: 'vm02' });
  });

  it('does not let one VM that it cannot tend keep it from the others, and says so in the end', async () => {
    const town = openTown([
      { name: 'bad', state: 'running', files: [entry] },
      { name: 'vm02', disabled: true },
    ]);
    const { read } = town.world.jobs;
    town.world.jobs.read = (id) => (id === entry.jobId ? Promise.reject(new Error('unreadable')) : read(id));
    await town.arrive('a.json');
    town.editVm('vm02', { disabled: false });
    await expect(tend(town.world)).rejects.toThrow('unreadable');
    expect(town.job('a.json')).toMatchObject({ state: 'assigned', vmName: 'vm02' });
  });

  it('fills room though ARM does not answer', async () => {
    const town = openTown([{ name: 'vm01', disabled: true }]);
    await town.arrive('a.json');
    town.editVm('vm01', { disabled: false });
    town.world.machines.powers = () => Promise.reject(new Error('throttled'));
    await expect(tend(town.world)).rejects.toThrow('throttled');
    expect(town.job('a.json').state).toBe('assigned');
  });

  it('drops what went stale on a running VM, so that it can be stopped', async () => {
    const town = openTown([{ name: 'vm01', maintenanceUntil: 1_800_000_000_000 }]);
    const job = await town.arrive('a.json');
    await claim('vm01', town.world);
    town.memory.jobs.set(job.id, { ...town.job('a.json'), state: 'cancelled' });
    town.pass(130_000);
    await tend(town.world);
    expect(town.vm('vm01').files).toEqual([]);
    expect([...town.memory.index.values()]).toMatchObject([{ place: 'resting', jobId: job.id }]);
  });

  it('takes off what a hand has listed on a stopping VM', async () => {
    const town = openTown(['vm01', { name: 'vm02', disabled: true }]);
    await town.arrive('a.json');
    town.editVm('vm01', { state: 'stopping' });
    await tend(town.world);
    expect(town.job('a.json').state).toBe('received');
    expect(town.vm('vm01').files).toEqual([]);
  });

  it('does not start twice what was just started', async () => {
    expect(await tended({ state: 'starting', files: [entry] }, 'deallocated', 1000)).toMatchObject({
      power: 'deallocated',
    });
  });

  it('stops what has run without work for longer than its grace, shut down from within or not', async () => {
    expect(await tended({ state: 'running' }, 'running', 120_000)).toMatchObject({
      state: 'stopping',
      power: 'deallocated',
    });
    expect(await tended({ state: 'running' }, 'running', 60_000)).toMatchObject({ state: 'running' });
  });

  it('does nothing about a VM that it cannot read', async () => {
    expect(await tended({ state: 'running' }, 'unknown', 1e9)).toMatchObject({ state: 'running' });
  });

  it('lets a stopping VM be used again only when it is off and has settled', async () => {
    expect(await tended({ state: 'stopping' }, 'deallocated', 59_000)).toMatchObject({ state: 'stopping' });
    expect(await tended({ state: 'stopping' }, 'deallocating', 61_000)).toMatchObject({ state: 'stopping' });
    expect(await tended({ state: 'stopping' }, 'deallocated', 61_000)).toMatchObject({
      state: 'deallocated',
    });
  });

  it('stops again what did not stop', async () => {
    expect(await tended({ state: 'stopping' }, 'running', 61_000)).toMatchObject({
      state: 'stopping',
      power: 'deallocated',
    });
  });

  it('gives the files of a VM that does not come up to others, and lets it cool down', async () => {
    const town = openTown(['vm01']);
    const job = await town.arrive('a.json');
    town.memory.powers.set('vm01', 'starting');
    town.pass(town.world.rules.bootMsMax + 1);
    await tend(town.world);
    expect(town.job('a.json')).toMatchObject({ id: job.id, state: 'received', attempt: 2 });
    expect(town.vm('vm01')).toMatchObject({ state: 'stopping', files: [], failedStarts: 1 });
    expect(town.vm('vm01').unavailableUntil).toBeGreaterThan(town.world.now());
  });

  it('fills room from the waiting, by priority, then age', async () => {
    const town = openTown([
      { name: 'vm01', disabled: true },
      { name: 'vm02', disabled: true },
    ]);
    await town.arrive('old');
    town.pass(1000);
    await town.arrive('new');
    await town.arrive('urgent', { priority: '0' });
    for (const name of ['vm01', 'vm02']) town.editVm(name, { disabled: false });
    await tend(town.world);
    expect(['old', 'new', 'urgent'].map((name) => town.job(name).state)).toEqual([
      'assigned',
      'received',
      'assigned',
    ]);
  });

  it('fills each VM with what it can do, however long the line of another action is', async () => {
    const town = openTown([
      { name: 'vm01', actions: ['chart'], disabled: true },
      { name: 'vm02', actions: ['profile'], disabled: true },
    ]);
    for (const number of [1, 2, 3, 4])
      await town.arrive(`profile ${number}`, { action: 'profile', priority: '0' });
    await town.arrive('chart me', { action: 'chart' });
    for (const name of ['vm01', 'vm02']) town.editVm(name, { disabled: false });
    await tend(town.world);
    expect(town.job('chart me')).toMatchObject({ state: 'assigned', vmName: 'vm01' });
    expect(town.vm('vm02').files).toHaveLength(1);
  });

  it('does not take a file whose lease runs from a VM that came up late', async () => {
    const town = openTown(['vm01'], { leaseMs: 1e9 });
    const job = await town.arrive('a.json');
    await claim('vm01', town.world);
    town.editVm('vm01', { state: 'starting', stateAt: now });
    town.memory.powers.set('vm01', 'starting');
    town.pass(town.world.rules.bootMsMax + 1);
    await tend(town.world);
    expect(town.job('a.json')).toMatchObject({ id: job.id, state: 'processing', attempt: 1 });
    expect(town.memory.powers.get('vm01')).toBe('starting');
  });

  it('run twice at once lists nothing twice', async () => {
    const town = openTown([{ name: 'vm01', disabled: true }]);
    await town.arrive('a');
    await town.arrive('b');
    town.editVm('vm01', { disabled: false });
    await Promise.all([tend(town.world), tend(town.world)]);
    expect(town.vm('vm01').files).toHaveLength(1);
    expect((await claim('vm01', town.world)).next).not.toBeNull();
  });
});

describe('the room of a pool', () => {
  it('is filled past any number of files that nobody can take', async () => {
    const town = openTown([{ name: 'vm01', disabled: true }]);
    for (let number = 0; number < 20; number++) await town.arrive(`bad ${number}`, { priority: '0' });
    await town.arrive('good');
    const { versions } = town.world.jobs;
    town.world.jobs.versions = async (id) => {
      if (id !== town.job('good').id) throw new AppError('unreadable', 'its state is none');
      return versions(id);
    };
    town.editVm('vm01', { disabled: false });
    await tend(town.world);
    expect(town.job('good').state).toBe('assigned');
  });

  it('is filled many VMs at a time, and not beyond the time of a tick', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `vm${index}`);
    const town = openTown(names.map((name) => ({ name, disabled: true })));
    for (const name of names) await town.arrive(`file of ${name}`);
    for (const name of names) town.editVm(name, { disabled: false });
    const { start } = town.world.machines;
    town.world.machines.start = async (vm) => {
      town.pass(1000);
      return start(vm);
    };
    const began = town.world.now();
    const { taken } = await tend(town.world);
    expect(taken).toBeGreaterThan(20);
    expect(taken).toBeLessThan(60);
    expect(town.world.now() - began).toBeLessThan(60_000);
  });
});
