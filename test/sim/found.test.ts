import { describe, expect, it } from 'vitest';
import { claim } from '../../src/core/claim.ts';
import { decide } from '../../src/core/decide.ts';
import { AppError } from '../../src/core/errors.ts';
import { fill } from '../../src/core/fill.ts';
import { giveAway } from '../../src/core/give-away.ts';
import { release } from '../../src/core/lease.ts';
import { start } from '../../src/core/start.ts';
import { openTown } from '../core/town.ts';

describe('found by the simulator or beside it', () => {
  it('gives away no file whose job has moved on without listing it', async () => {
    const town = openTown([{ name: 'vm01' }]);
    const job = await town.arrive('a.json');
    await decide(job, 'received', { vmName: '', cause: 'half done' }, town.world);
    await giveAway(town.vm('vm01'), 'not up', town.world);
    expect([...town.memory.index.values()]).toMatchObject([{ place: 'waiting', attempt: 2 }]);
  });

  it('gives away no file that is under a lease', async () => {
    const town = openTown([{ name: 'vm01' }]);
    const job = await town.arrive('a.json');
    const leaseUntil = town.world.now() + 300_000;
    await decide(job, 'processing', { leaseUntil, cause: 'claimed' }, town.world);
    await giveAway(town.vm('vm01'), 'not up', town.world);
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
    await giveAway(town.vm('vm01'), 'not up', world);
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
    await fill(town.world);
    await fill(town.world);
    await fill(town.world);
    expect(town.job('b.json').state).toBe('assigned');
  });
});
