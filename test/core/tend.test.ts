import { describe, expect, it } from 'vitest';
import { claim } from '../../src/core/claim.ts';
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

  it('starts again what should run and is off', async () => {
    expect(await tended({ state: 'running', files: [entry] }, 'deallocated')).toMatchObject({
      state: 'starting',
      power: 'running',
    });
    expect(await tended({ state: 'starting', files: [entry] }, 'deallocated', 61_000)).toMatchObject({
      power: 'running',
    });
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
    expect(await tended({ state: 'running' }, 'stopped', 120_000)).toMatchObject({
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

  it('passes over files whose action no room can do', async () => {
    const town = openTown([{ name: 'vm01', actions: ['chart'], disabled: true }]);
    await town.arrive('profile me', { action: 'profile', priority: '0' });
    await town.arrive('chart me', { action: 'chart' });
    town.editVm('vm01', { disabled: false });
    await tend(town.world);
    expect(town.job('chart me')).toMatchObject({ state: 'assigned' });
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
