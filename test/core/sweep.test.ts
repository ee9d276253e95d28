import { describe, expect, it } from 'vitest';
import { claim } from '../../src/core/claim.ts';
import { decide } from '../../src/core/decide.ts';
import { AppError } from '../../src/core/errors.ts';
import { tend } from '../../src/core/tend.ts';
import { openTown, type Town } from './town.ts';

const graceMs = 121_000;

async function tick(town: Town, passMs = 0) {
  town.pass(passMs);
  return tend(town.world);
}

describe('the sweep', () => {
  it('assigns a blob whose event never came, once its grace is over', async () => {
    const town = openTown(['vm01']);
    town.upload('a.json');
    expect(await tick(town)).toMatchObject({ swept: 0 });
    expect(await tick(town, graceMs)).toMatchObject({ swept: 1 });
    expect(town.job('a.json').state).toBe('assigned');
    expect(await tick(town)).toMatchObject({ swept: 0 });
  });

  it('looks at no blob that is listed, however many there are', async () => {
    const town = openTown([{ name: 'vm01' }]);
    for (let number = 0; number < 20; number++) await town.arrive(`${number}`);
    let heads = 0;
    const { head } = town.world.files;
    town.world.files.head = (name) => {
      heads += 1;
      return head(name);
    };
    await tick(town, graceMs);
    expect(heads).toBe(0);
  });

  it('finishes the closing of a completed job', async () => {
    const town = openTown(['vm01']);
    await town.arrive('a.json');
    const begun = (await claim('vm01', town.world)).next;
    if (!begun) throw new Error('no file');
    await decide(begun, 'completed', { resultName: 'r', completedAt: 1, cause: 'reported' }, town.world);
    town.editVm('vm01', { files: [] });
    await tick(town, graceMs);
    expect(town.memory.results.get(begun.id)).toMatchObject({ resultName: 'r' });
    expect(town.memory.files.size).toBe(0);
  });

  it('lists again what a hand has wiped off a row, or with its row', async () => {
    const town = openTown(['vm01', { name: 'vm02', disabled: true }]);
    const { id: jobId } = await town.arrive('a.json');
    await claim('vm01', town.world);
    town.editVm('vm01', { files: [], state: 'running', idleSince: 9e12 });
    town.pass(graceMs);
    town.memory.heard.set('vm01', { at: town.world.now(), namesJobs: true });
    await tick(town);
    expect(town.vm('vm01').files).toMatchObject([{ jobId, attempt: 1 }]);

    town.memory.vms.delete('vm01');
    await tick(town);
    expect(town.job('a.json').state).toBe('processing');
    town.editVm('vm02', { disabled: false });
    await tick(town, 300_000);
    expect(town.job('a.json')).toMatchObject({ state: 'received', attempt: 2, unreported: 1 });
    await tick(town);
    expect(town.job('a.json')).toMatchObject({ state: 'assigned', vmName: 'vm02' });
  });

  it('goes on where one file cannot be assigned, and says so in the end', async () => {
    const town = openTown(['vm01']);
    town.upload('bad');
    town.upload('good');
    const { head } = town.world.files;
    town.world.files.head = (name) =>
      name === 'bad' ? Promise.reject(new AppError('unavailable', 'no answer for bad')) : head(name);
    town.pass(graceMs);
    await expect(tend(town.world)).rejects.toThrow('no answer for bad');
    expect(town.job('good').state).toBe('assigned');
  });

  it('leaves throttled storage alone until the next tick', async () => {
    const town = openTown([{ name: 'vm01' }]);
    for (let number = 0; number < 50; number++) town.upload(`${number}`);
    let heads = 0;
    town.world.files.head = async () => {
      heads += 1;
      throw new AppError('throttled', 'busy', { retryAfterMs: 10_000 });
    };
    town.pass(graceMs);
    await expect(tend(town.world)).rejects.toThrow('busy');
    expect(heads).toBe(1);
  });

  it('ends in time, and goes on at the next tick', async () => {
    const town = openTown([{ name: 'vm01' }]);
    for (let number = 0; number < 10; number++) town.upload(`${number}`);
    const { head } = town.world.files;
    town.world.files.head = (name) => {
      town.pass(10_000);
      return head(name);
    };
    expect(await tick(town, graceMs)).toMatchObject({ swept: 5 });
    expect(await tick(town)).toMatchObject({ swept: 5 });
  });
});

describe('the look at the resting', () => {
  it('lists a job that has moved on, and drops its entry', async () => {
    const town = openTown([{ name: 'vm01', disabled: true }]);
    const job = await town.arrive('a.json');
    const cancelled = await decide(job, 'deferred', { cause: 'operator' }, town.world);
    if (!cancelled) throw new Error('lost');
    await town.world.jobs.enlist('resting', cancelled);
    await decide(cancelled, 'received', { cause: 'operator' }, town.world);
    town.memory.index.delete([...town.memory.index.keys()].find((key) => key.startsWith('waiting')) ?? '');
    await tick(town);
    expect([...town.memory.index.values()]).toMatchObject([{ place: 'waiting', attempt: 2 }]);
  });

  it('forgets a cancelled one when its file is gone, and keeps one whose file is there', async () => {
    const town = openTown([{ name: 'vm01', disabled: true }]);
    for (const name of ['there', 'gone']) {
      const cancelled = await decide(await town.arrive(name), 'cancelled', { cause: 'operator' }, town.world);
      if (cancelled) await town.world.jobs.enlist('resting', cancelled);
    }
    town.memory.files.delete('gone');
    await tick(town, 1);
    const resting = [...town.memory.index.values()].filter(({ place }) => place === 'resting');
    expect(resting).toMatchObject([{ jobId: town.job('there').id }]);
  });

  it('comes past all of them, a hundred at a time', async () => {
    const town = openTown([{ name: 'vm01', disabled: true }]);
    for (let number = 0; number < 250; number++) {
      const cancelled = await decide(await town.arrive(`${number}`), 'cancelled', { cause: 'x' }, town.world);
      if (cancelled) await town.world.jobs.enlist('resting', cancelled);
    }
    for (const [key, { place }] of town.memory.index) if (place === 'waiting') town.memory.index.delete(key);
    town.memory.files.clear();
    let reads = 0;
    const { read } = town.world.jobs;
    town.world.jobs.read = (id) => {
      reads += 1;
      return read(id);
    };
    let random = 0.1;
    town.world.random = () => {
      random = (random * 7.3 + 0.13) % 1;
      return random;
    };
    await tick(town, 1);
    expect(reads).toBe(100);
    for (let times = 0; times < 3; times++) await tick(town);
    expect(town.memory.index.size).toBe(0);
  });
});
