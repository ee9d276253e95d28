import { describe, expect, it } from 'vitest';
import { claim } from '../../src/core/claim.ts';
import { decide } from '../../src/core/decide.ts';
import { AppError } from '../../src/core/errors.ts';
import { finish } from '../../src/core/finish.ts';
import { release, renew } from '../../src/core/lease.ts';
import { start } from '../../src/core/start.ts';
import { tend } from '../../src/core/tend.ts';
import { fillNow, openTown, type Town } from '../core/town.ts';

const minuteMs = 60_000;

describe('found by the simulator or beside it', () => {
  it('gives away no file whose job has moved on without listing it', async () => {
    const town = openTown([{ name: 'vm01' }]);
    const job = await town.arrive('a.json');
    await decide(job, 'received', { vmName: '', cause: 'half done' }, town.world);
    await failToBoot(town);
    expect([...town.memory.index.values()]).toMatchObject([{ place: 'waiting', attempt: 2 }]);
  });

  it('gives away no file that is under a lease', async () => {
    const town = openTown([{ name: 'vm01' }]);
    const job = await town.arrive('a.json');
    const leaseUntil = town.world.now() + 60 * minuteMs;
    await decide(job, 'processing', { leaseUntil, cause: 'claimed' }, town.world);
    await failToBoot(town);
    expect(town.job('a.json')).toMatchObject({ state: 'processing', attempt: 1 });
  });

  it('leaves a VM alone that another watchdog has recorded as off meanwhile', async () => {
    const town = openTown([{ name: 'vm01', state: 'starting' }]);
    const { world } = town;
    const { write } = world.pool;
    world.pool.write = async (vm) => {
      const written = await write(vm);
      world.pool.write = write;
      return written && (await write({ ...written, state: 'deallocated' }));
    };
    await failToBoot(town);
    expect(town.vm('vm01').state).toBe('deallocated');
  });

  it('fails a file that is handed back for ever', async () => {
    const town = openTown([{ name: 'vm01', state: 'running' }], { unreportedMax: 3 });
    await town.arrive('a.json');
    for (let runs = 0; runs < 8 && town.job('a.json').state !== 'failed'; runs++) {
      town.pass(runs);
      const { next } = await claim('vm01', town.world);
      if (next) await release({ vmName: 'vm01', jobId: next.id, attempt: next.attempt }, town.world);
    }
    expect(town.job('a.json')).toMatchObject({ state: 'failed', cause: 'unreported' });
  });

  it('does not call a start failed because its log row failed', async () => {
    const town = openTown([{ name: 'vm01' }]);
    const { log } = town.world;
    town.world.log = async (line) => {
      if (line.event === 'starting') throw new AppError('unavailable', 'no answer');
      return log(line);
    };
    await start(town.vm('vm01'), 'Vmselector', town.world).catch(() => {});
    expect(town.events()).not.toContain('start-failed');
  });

  it('passes over waiting files that no room may take', async () => {
    const town = openTown([{ name: 'vm01', state: 'running', maintenanceUntil: 9e15, disabled: true }]);
    await town.arrive('a.json');
    town.pass(1000);
    await town.arrive('a.json');
    town.pass(1000);
    await town.arrive('b.json');
    const [older] = [...town.memory.jobs.values()].sort((a, b) => a.insertedAt - b.insertedAt);
    if (older) await decide(older, 'cancelled', { cause: 'operator' }, town.world);
    town.editVm('vm01', { disabled: false });
    await fillNow(town.world);
    await fillNow(town.world);
    await fillNow(town.world);
    expect(town.job('b.json').state).toBe('assigned');
  });

  it('drops no entry that a late call of the same VM finds to be in work again', async () => {
    const town = openTown([{ name: 'vm01', state: 'running' }]);
    const { world } = town;
    const { id: jobId } = await town.arrive('a.json');
    await claim('vm01', world);
    const failed = {
      vmName: 'vm01',
      jobId,
      attempt: 1,
      status: 'failed',
      error: '',
      resultName: '',
    } as const;
    await finish({ ...failed, durationMs: 1 }, world);
    expect(town.job('a.json')).toMatchObject({ state: 'received', attempt: 2 });

    const { enlist } = world.jobs;
    world.jobs.enlist = async (place, job) => {
      // The repeated call has read the job as waiting; while it sleeps, the VM is given the file again.
      world.jobs.enlist = enlist;
      town.pass(20 * minuteMs);
      await claim('vm01', world);
      return enlist(place, job);
    };
    await finish({ ...failed, durationMs: 1 }, world);
    expect(town.job('a.json')).toMatchObject({ state: 'processing', attempt: 2 });
    expect(town.vm('vm01').files).toMatchObject([{ jobId, attempt: 2 }]);
  });

  it('takes no script’s report for a version that was listed after the call had come', async () => {
    const town = openTown([{ name: 'vm01', state: 'running', idleSince: 1_700_000_000_000 }]);
    const { world } = town;
    const first = await town.arrive('a.json');
    const report = { vmName: 'vm01', fileName: 'a.json', status: 'ok', resultName: 'of the first' } as const;
    const call = () => finish({ ...report, error: '', durationMs: 1 }, world);
    // The call sleeps at its first write, while the same call again completes the file, and a new version is listed.
    town.editVm('vm01', { failedStarts: 1 });
    const { write } = world.pool;
    world.pool.write = async () => {
      world.pool.write = write;
      await call();
      await town.arrive('a.json');
      town.pass(1000);
      town.editVm('vm01', { state: 'running', startedAt: world.now(), idleSince: world.now() });
      await fillNow(world);
      return undefined;
    };
    expect(await call()).toMatchObject({ recorded: 'none' });
    expect(town.job('a.json', first.etag).state).toBe('completed');
    expect(town.job('a.json').state).toBe('assigned');
  });

  it('takes no refused call as a word: it would make a script’s VM pass for one that names its jobs', async () => {
    const town = openTown([{ name: 'vm01', state: 'running', idleSince: 1_700_000_000_000 }]);
    const { id: jobId } = await town.arrive('a.json');
    const lease = { vmName: 'vm01', jobId, attempt: 7 };
    await expect(renew(lease, town.world)).rejects.toMatchObject({ code: 'lease_lost' });
    await expect(release(lease, town.world)).rejects.toMatchObject({ code: 'lease_lost' });
    expect(town.memory.heard.size).toBe(0);
  });
});

/** The boot deadline passes, and the watchdog looks. */
async function failToBoot(town: Town): Promise<void> {
  town.memory.powers.set('vm01', 'starting');
  town.pass(16 * minuteMs);
  await tend(town.world);
}
