import { describe, expect, it } from 'vitest';
import { claim } from '../../src/core/claim.ts';
import { AppError } from '../../src/core/errors.ts';
import { finish } from '../../src/core/finish.ts';
import { renew } from '../../src/core/lease.ts';
import { defaultRules } from '../../src/core/rules.ts';
import { tend } from '../../src/core/tend.ts';
import { timeLimitMsOf } from '../../src/core/time-limit.ts';
import { openTown, type Town } from './town.ts';

const leaseMs = 300_000;
const looksMs = 120_000;

/** A VM that is up and has begun a file; its agent has spoken just now. */
async function working(): Promise<Town> {
  const town = openTown(['vm01', { name: 'vm02', disabled: true }]);
  await town.arrive('a.json');
  await claim('vm01', town.world);
  return town;
}

async function tick(town: Town, passMs = 0): Promise<void> {
  town.pass(passMs);
  await tend(town.world);
}

describe('a VM that has files and is silent', () => {
  it('is marked at the first look, and loses its files and is stopped at the second', async () => {
    const town = await working();
    await tick(town, leaseMs + 1);
    expect(town.vm('vm01')).toMatchObject({ state: 'running', silentAt: town.world.now() });
    expect(town.job('a.json')).toMatchObject({ state: 'processing' });

    await tick(town, looksMs - 1);
    expect(town.job('a.json')).toMatchObject({ state: 'processing' });

    await tick(town, 1);
    expect(town.job('a.json')).toMatchObject({ state: 'received', attempt: 2, unreported: 1 });
    expect(town.vm('vm01')).toMatchObject({ state: 'stopping', files: [] });
    expect(town.memory.powers.get('vm01')).toBe('deallocated');
  });

  it('cools down only when it is off, and until then takes nothing', async () => {
    const town = await working();
    await tick(town, leaseMs + 1);
    await tick(town, looksMs);
    await tick(town, 61_000);
    expect(town.vm('vm01')).toMatchObject({ state: 'deallocated', silentAt: 0, unavailableCause: 'silent' });
    expect(town.vm('vm01').unavailableUntil).toBe(town.world.now() + 120_000);
    expect(town.job('a.json').state).toBe('received');

    await tick(town, 121_000);
    expect(town.job('a.json')).toMatchObject({ state: 'assigned', vmName: 'vm01' });
  });

  it('has its boot deadline until its first word: ARM says running before the guest is up', async () => {
    const town = openTown(['vm01']);
    await town.world.pool.hear('vm01', { at: town.world.now() - 1, namesJobs: true });
    await town.arrive('a.json');
    await tick(town);
    expect(town.vm('vm01').state).toBe('running');
    await tick(town, 14 * 60_000);
    expect(town.vm('vm01').silentAt).toBe(0);
    await tick(town, 61_000);
    expect(town.vm('vm01').silentAt).toBeGreaterThan(0);
  });

  it('is no longer when it speaks between the two looks', async () => {
    const town = await working();
    await tick(town, leaseMs + 1);
    const { id: jobId } = town.job('a.json');
    await renew({ vmName: 'vm01', jobId, attempt: 1 }, town.world);
    await tick(town, looksMs + 1);
    expect(town.vm('vm01')).toMatchObject({ state: 'running', silentAt: 0 });
    expect(town.job('a.json')).toMatchObject({ state: 'processing', attempt: 1 });
  });

  it('keeps a file whose lease runs', async () => {
    const town = await working();
    town.memory.jobs.set(town.job('a.json').id, { ...town.job('a.json'), leaseUntil: 9e12 });
    await tick(town, leaseMs + 1);
    await tick(town, looksMs);
    expect(town.job('a.json')).toMatchObject({ state: 'processing', attempt: 1 });
    expect(town.vm('vm01').state).toBe('running');
  });

  it('that runs scripts has the time of its action, from the start or its last report on', async () => {
    const town = openTown(['vm01'], { actionMsMax: 3_600_000, actionMsMaxByAction: { chart: 1_000_000 } });
    await town.arrive('a.json', { action: 'chart' });
    town.pass(60_000);
    await tick(town);
    for (const message of town.memory.queues.processing.values()) message.popReceipt = town.memory.fresh();
    expect(town.vm('vm01').state).toBe('running');
    await tick(town, 999_000);
    expect(town.vm('vm01').silentAt).toBe(0);
    await tick(town, 2000);
    expect(town.vm('vm01').silentAt).toBeGreaterThan(0);
  });

  it('is not heard when a script only asks to stop: it may have started anew and forgotten its file', async () => {
    const town = openTown(['vm01'], { actionMsMax: 1_000_000 });
    await town.arrive('a.json');
    await tick(town);
    town.pass(1_000_001);
    await finish({ vmName: 'vm01', status: 'ok', resultName: '', error: '', durationMs: 0 }, town.world);
    await tick(town);
    expect(town.vm('vm01').silentAt).toBeGreaterThan(0);
  });

  it('counts a script’s file as begun if its message was read', async () => {
    for (const isRead of [true, false]) {
      const town = openTown(['vm01'], { actionMsMax: 1_000_000 });
      await town.arrive('a.json');
      await tick(town);
      if (isRead) town.memory.queues.processing.clear();
      await tick(town, 1_000_001);
      await tick(town, looksMs);
      expect(town.job('a.json')).toMatchObject({ state: 'received', unreported: isRead ? 1 : 0 });
      expect(town.memory.queues.processing.size).toBe(0);
    }
  });

  it('is not stopped while people hold it for maintenance, but its files go on', async () => {
    const town = await working();
    town.editVm('vm01', { maintenanceUntil: 9e12 });
    await tick(town, leaseMs + 1);
    await tick(town, looksMs);
    expect(town.job('a.json')).toMatchObject({ state: 'received', attempt: 2 });
    expect(town.vm('vm01').state).toBe('running');
    town.editVm('vm01', { maintenanceUntil: 0 });
    await tick(town);
    expect(town.vm('vm01').state).toBe('stopping');
  });

  it('and that ARM does not know loses its files all the same', async () => {
    const town = await working();
    town.memory.powers.delete('vm01');
    await tick(town, leaseMs + 1);
    await tick(town, looksMs);
    expect(town.job('a.json')).toMatchObject({ state: 'received', attempt: 2 });
    expect(town.memory.log.at(-1)).toMatchObject({ event: 'stop-failed', level: 'error' });
    const failures = town.events().filter((event) => event === 'stop-failed').length;
    await tick(town, 61_000);
    expect(town.events().filter((event) => event === 'stop-failed')).toHaveLength(failures);
  });

  it('is not judged by a word that could not be read', async () => {
    const town = await working();
    town.world.pool.heard = () => Promise.reject(new Error('no answer'));
    town.pass(leaseMs + 1);
    await expect(tend(town.world)).rejects.toThrow('no answer');
    expect(town.vm('vm01').silentAt).toBe(0);
  });
});

describe('a VM that was never heard', () => {
  it('loses a file whose message nobody has read when it should long be up, and is stopped', async () => {
    const town = openTown(['vm01', { name: 'vm02', disabled: true }]);
    await town.arrive('a.json');
    await tick(town);
    expect(town.vm('vm01').state).toBe('running');
    await tick(town, 15 * 60_000);
    expect(town.job('a.json')).toMatchObject({ state: 'assigned', attempt: 1 });
    await tick(town, 1000);
    expect(town.job('a.json')).toMatchObject({ state: 'received', attempt: 2, unreported: 0 });
    expect(town.memory.queues.processing.size).toBe(0);
    await tick(town, 1000);
    expect(town.vm('vm01')).toMatchObject({ state: 'stopping', files: [] });
  });

  it('keeps a file whose message was read: a script says nothing while it works', async () => {
    const town = openTown(['vm01']);
    await town.arrive('a.json');
    await tick(town);
    for (const message of town.memory.queues.processing.values()) message.popReceipt = town.memory.fresh();
    for (let minute = 0; minute < 60; minute++) await tick(town, 60_000);
    expect(town.job('a.json')).toMatchObject({ state: 'assigned', vmName: 'vm01', attempt: 1 });
    expect(town.vm('vm01').state).toBe('running');
  });
});

describe('a VM whose file has an unreadable row', () => {
  it('is not held by it: people are told, the entry goes, the VM is stopped', async () => {
    const town = openTown(['vm01']);
    const job = await town.arrive('a.json');
    await tick(town);
    const { read, versions } = town.world.jobs;
    const broken = new AppError('unreadable', 'its state is none');
    town.world.jobs.read = (id) => (id === job.id ? Promise.reject(broken) : read(id));
    town.world.jobs.versions = (id) => (id === job.id ? Promise.reject(broken) : versions(id));
    for (let minute = 0; minute < 6; minute++) {
      town.pass(60_000);
      await tend(town.world).catch(() => {});
    }
    expect(town.events()).toContain('unreadable-job');
    expect(town.vm('vm01')).toMatchObject({ files: [], state: 'deallocated' });
    expect(town.memory.files.size).toBe(1);
  });
});

describe('a run that does not end', () => {
  it('has the limit of its own action, whatever that is called', () => {
    expect(timeLimitMsOf('constructor', { ...defaultRules })).toBe(defaultRules.actionMsMax);
    expect(timeLimitMsOf('a', { ...defaultRules, actionMsMaxByAction: { a: 5 } })).toBe(5);
  });

  it('fails at a renewal beyond its time limit and a lease', async () => {
    const town = openTown(['vm01'], { actionMsMax: 600_000 });
    const { id: jobId } = await town.arrive('a.json');
    await claim('vm01', town.world);
    const lease = { vmName: 'vm01', jobId, attempt: 1 };
    for (let minute = 1; minute <= 15; minute++) {
      town.pass(60_000);
      await renew(lease, town.world);
    }
    town.pass(1);
    await expect(renew(lease, town.world)).rejects.toMatchObject({ code: 'lease_lost' });
    expect(town.job('a.json')).toMatchObject({ state: 'received', attempt: 2, failedRuns: 1 });
    expect(town.job('a.json').error).toContain('time limit of 600 s');
    expect(town.vm('vm01').files).toEqual([]);
  });
});
