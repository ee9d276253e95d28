import { describe, expect, it } from 'vitest';
import { claim } from '../../src/core/claim.ts';
import { AppError, type ErrorCode } from '../../src/core/errors.ts';
import { startsAllowed } from '../../src/core/starts-allowed.ts';
import { tend } from '../../src/core/tend.ts';
import { sampleVm } from './samples.ts';
import { openTown, type Town } from './town.ts';

const now = 1_700_000_000_000;

/** A town whose ARM refuses starts as `refuse` says, by VM name. */
function refusing(
  town: Town,
  refuse: (name: string) => { code: ErrorCode; retryAfterMs?: number } | undefined,
) {
  const { start } = town.world.machines;
  const asked: string[] = [];
  town.world.machines.start = async (vm) => {
    asked.push(vm.name);
    const refusal = refuse(vm.name);
    if (refusal) throw new AppError(refusal.code, 'refused', refusal);
    return start(vm);
  };
  return asked;
}

async function tick(town: Town, passMs = 0): Promise<void> {
  town.pass(passMs);
  await tend(town.world);
}

describe('a start that is refused', () => {
  it.each(['no_capacity', 'not_found', 'bad_input', 'misconfigured'] as const)(
    'for %s cools that VM down and gives its file to another',
    async (code) => {
      const town = openTown(['vm01', { name: 'vm02', disabled: true }]);
      refusing(town, (name) => (name === 'vm01' ? { code } : undefined));
      await town.arrive('a.json');
      expect(town.vm('vm01')).toMatchObject({ unavailableCause: code, failedStarts: 1 });
      town.editVm('vm02', { disabled: false });
      await tick(town);
      await tick(town, 1000);
      expect(town.vm('vm01')).toMatchObject({ state: 'deallocated', files: [] });
      expect(town.job('a.json')).toMatchObject({
        state: 'assigned',
        vmName: 'vm02',
        attempt: 2,
        unreported: 0,
      });
    },
  );

  it('waits twice as long each time, up to an hour, and calls for people after the fifth', async () => {
    const town = openTown(['vm01']);
    refusing(town, () => ({ code: 'no_capacity' }));
    await town.arrive('a.json');
    const waits: number[] = [];
    for (let times = 0; times < 8; times++) {
      waits.push((town.vm('vm01').unavailableUntil - town.world.now()) / 60_000);
      await tick(town);
      await tick(town, town.vm('vm01').unavailableUntil - town.world.now());
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
    expect(town.events().filter((event) => event === 'cooling-down')).toHaveLength(4);
    expect(town.events()).toContain('quarantined');
    expect(town.memory.files.size).toBe(1);
  });

  it('recovers by itself when there is room again, and forgets when the VM speaks', async () => {
    const town = openTown(['vm01']);
    let isFull = true;
    refusing(town, () => (isFull ? { code: 'no_capacity' } : undefined));
    await town.arrive('a.json');
    await tick(town);
    isFull = false;
    await tick(town, 121_000);
    expect(town.memory.powers.get('vm01')).toBe('running');
    await tick(town);
    expect(town.vm('vm01')).toMatchObject({ state: 'running', failedStarts: 1, unavailableCause: '' });
    expect((await claim('vm01', town.world)).next?.fileName).toBe('a.json');
    expect(town.vm('vm01').failedStarts).toBe(0);
  });

  it('because ARM throttles is repeated when ARM said, the file kept, and no other VM is started meanwhile', async () => {
    const town = openTown(['vm01', 'vm02']);
    let isBusy = true;
    const asked = refusing(town, () => (isBusy ? { code: 'throttled', retryAfterMs: 90_000 } : undefined));
    await town.arrive('a.json');
    await town.arrive('b.json');
    expect(town.job('b.json').state).toBe('received');
    for (let times = 0; times < 4; times++) await tick(town, 20_000);
    expect(asked).toEqual(['vm01']);
    isBusy = false;
    await tick(town, 20_000);
    expect(asked).toEqual(['vm01', 'vm01', 'vm02']);
    expect(town.job('a.json')).toMatchObject({ state: 'assigned', vmName: 'vm01', attempt: 1 });
    expect(town.vm('vm01').failedStarts).toBe(0);
  });

  it.each(['quota', 'no_permission'] as const)(
    'for %s is not hammered: no VM is asked for ten minutes, then one, then all',
    async (code) => {
      const town = openTown(['vm01', 'vm02', 'vm03']);
      let isDenied = true;
      const asked = refusing(town, () => (isDenied ? { code } : undefined));
      for (const name of ['a', 'b', 'c']) await town.arrive(name);
      expect(asked).toEqual(['vm01']);
      expect(town.memory.log.filter(({ level }) => level === 'error').length).toBeGreaterThan(0);
      for (let times = 0; times < 9; times++) await tick(town, 60_000);
      expect(asked).toEqual(['vm01']);
      expect(town.job('a').state).toBe('received');

      await tick(town, 61_000);
      expect(asked).toHaveLength(2);
      isDenied = false;
      await tick(town, 1000);
      await tick(town, 601_000);
      expect(asked).toHaveLength(3);
      await tick(town, 20_000);
      await tick(town, 20_000);
      expect(asked).toHaveLength(5);
      expect(['a', 'b', 'c'].map((name) => town.job(name).state)).toEqual(Array(3).fill('assigned'));
    },
  );

  it('by a running VM’s sleepy neighbours does not keep the running one from working', async () => {
    const town = openTown(['vm01', { name: 'vm02', state: 'running', disabled: true }]);
    refusing(town, () => ({ code: 'quota' }));
    await town.arrive('a.json');
    town.editVm('vm02', { disabled: false, idleSince: now });
    await tick(town);
    await tick(town, 1000);
    expect(town.job('a.json')).toMatchObject({ state: 'assigned', vmName: 'vm02' });
  });

  it.each(['conflict', 'unavailable'] as const)('for %s is looked at again', async (code) => {
    const town = openTown(['vm01']);
    let isAmiss = true;
    const asked = refusing(town, () => (isAmiss ? { code } : undefined));
    await town.arrive('a.json');
    await tick(town, 1000);
    expect(asked).toHaveLength(1);
    isAmiss = false;
    await tick(town, 61_000);
    expect(town.memory.powers.get('vm01')).toBe('running');
    expect(town.job('a.json')).toMatchObject({ state: 'assigned', attempt: 1 });
  });
});

describe('a refusal of the whole pool', () => {
  it('is asked about every ten minutes, however often, and quarantines nobody', async () => {
    const town = openTown(['vm01']);
    const asked = refusing(town, () => ({ code: 'no_permission' }));
    await town.arrive('a.json');
    for (let minute = 0; minute < 120; minute++) await tick(town, 60_000);
    expect(asked.length).toBeGreaterThanOrEqual(9);
    expect(town.events()).not.toContain('quarantined');
    expect(town.vm('vm01').failedStarts).toBe(0);
  });

  it('is forgotten once another VM has come up, though that one sleeps again', () => {
    const now = 1e12;
    const refused = sampleVm({ name: 'a', unavailableCause: 'quota', unavailableUntil: now - 1000 });
    const up = sampleVm({ name: 'b', startedAt: now - 500 });
    expect(startsAllowed([refused, sampleVm({ name: 'b' })], now)).toBe(1);
    expect(startsAllowed([refused, up], now)).toBe(Number.POSITIVE_INFINITY);
    expect(startsAllowed([refused, { ...up, state: 'starting' }], now)).toBe(0);
    expect(startsAllowed([{ ...refused, unavailableUntil: now + 1e9 }, up], now)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it('holds for VMs that were switched off with files, too', async () => {
    const names = ['vm01', 'vm02', 'vm03'];
    const town = openTown(names.map((name) => ({ name, state: 'running', idleSince: now })));
    for (const name of names) {
      await claim(name, town.world);
      await town.arrive(`file of ${name}`);
    }
    const asked = refusing(town, () => ({ code: 'quota' }));
    for (const name of names) town.memory.powers.set(name, 'deallocated');
    town.editVm('vm01', { unavailableCause: 'quota', unavailableUntil: now + 300_000 });
    await tick(town);
    expect(asked).toEqual([]);
  });
});

describe('a start that is throttled again and again', () => {
  it('is no failed boot: its file waits for it', async () => {
    const town = openTown(['vm01']);
    refusing(town, () => ({ code: 'throttled', retryAfterMs: 90_000 }));
    await town.arrive('a.json');
    for (let minute = 0; minute < 12; minute++) await tick(town, 60_000);
    expect(town.vm('vm01')).toMatchObject({
      state: 'starting',
      failedStarts: 0,
      unavailableCause: 'throttled',
    });
    expect(town.job('a.json')).toMatchObject({ state: 'assigned', attempt: 1 });
  });
});

describe('a start that comes to nothing', () => {
  it('on every VM there is never counts against the file, whoever searches the queue meanwhile', async () => {
    const town = openTown(['vm01', 'vm02', 'vm03'], { unreportedMax: 2, coolDownMsMax: 120_000 });
    refusing(town, () => ({ code: 'no_capacity' }));
    await town.arrive('a.json');
    for (let minute = 0; minute < 60; minute++) {
      for (const message of town.memory.queues.processing.values()) message.popReceipt = town.memory.fresh();
      await tick(town, 60_000);
    }
    expect(town.job('a.json').attempt).toBeGreaterThan(5);
    expect(town.job('a.json').unreported).toBe(0);
  });

  it('is left alone for longer each time where ARM knows no such VM', async () => {
    const town = openTown(['vm01']);
    town.memory.powers.delete('vm01');
    await town.arrive('a.json');
    for (let minute = 0; minute < 200; minute++) await tick(town, 60_000);
    expect(town.events()).toContain('quarantined');
    expect(town.events()).not.toContain('stop-failed');
  });

  it('is repeated once, then its file goes to another', async () => {
    const town = openTown(['vm01', { name: 'vm02', disabled: true }]);
    const asked: string[] = [];
    town.world.machines.start = async (vm) => void asked.push(vm.name);
    await town.arrive('a.json');
    await tick(town, 61_000);
    expect(asked).toEqual(['vm01', 'vm01']);
    town.editVm('vm02', { disabled: false });
    await tick(town, 61_000);
    expect(town.job('a.json')).toMatchObject({ vmName: 'vm02', attempt: 2 });
    expect(town.vm('vm01')).toMatchObject({
      state: 'deallocated',
      unavailableCause: 'boot',
      failedStarts: 1,
    });
  });

  it('is told to a script whose message was never sent', async () => {
    const town = openTown(['vm01']);
    await town.arrive('a.json');
    town.memory.queues.processing.clear();
    town.editVm('vm01', { files: town.vm('vm01').files.map(({ ticket: _, ...entry }) => entry) });
    town.memory.powers.set('vm01', 'starting');
    await tick(town, 30_000);
    expect(town.memory.queues.processing.size).toBe(0);
    await tick(town, 31_000);
    expect(town.memory.queues.processing.size).toBe(1);
    expect(town.vm('vm01').files[0]?.ticket).toBeDefined();
    await tick(town, 31_000);
    expect(town.memory.queues.processing.size).toBe(1);
  });
});

describe('a VM that was switched off while it had a file', () => {
  it.each(['deallocated', 'stopped'] as const)(
    '(%s) is started again for what it had not begun',
    async (power) => {
      const town = openTown([{ name: 'vm01', state: 'running', idleSince: now }]);
      await claim('vm01', town.world);
      await town.arrive('a.json');
      town.memory.powers.set('vm01', power);
      await tick(town);
      expect(town.vm('vm01').state).toBe('starting');
      expect(town.job('a.json')).toMatchObject({ state: 'assigned', attempt: 1 });
    },
  );

  it('loses what it had begun when the lease is over', async () => {
    const town = openTown(['vm01']);
    await town.arrive('a.json');
    await claim('vm01', town.world);
    town.editVm('vm01', { disabled: true });
    town.memory.powers.set('vm01', 'deallocated');
    town.pass(301_000);
    await tick(town);
    expect(town.job('a.json')).toMatchObject({ state: 'received', attempt: 2, unreported: 1 });
    expect(town.vm('vm01')).toMatchObject({ state: 'deallocated', files: [] });
  });

  it('keeps nothing if it runs scripts, which do not know what they have read', async () => {
    const town = openTown([{ name: 'vm01', state: 'running', idleSince: now }]);
    await town.arrive('a.json');
    expect(town.job('a.json').state).toBe('assigned');
    town.memory.queues.processing.clear();
    town.memory.powers.set('vm01', 'deallocated');
    town.editVm('vm01', { disabled: true });
    await tick(town);
    expect(town.job('a.json')).toMatchObject({ state: 'received', unreported: 1 });
    expect(town.vm('vm01').state).toBe('deallocated');
  });
});

describe('a drained VM', () => {
  it('works off what it lists, stops without grace, and stays so', async () => {
    const town = openTown(['vm01']);
    await town.arrive('a.json');
    await claim('vm01', town.world);
    town.editVm('vm01', { disabled: true });
    await town.arrive('b.json');
    expect(town.job('b.json').state).toBe('received');
    await tick(town, 1000);
    expect(town.vm('vm01').state).toBe('running');
    town.memory.jobs.set(town.job('a.json').id, { ...town.job('a.json'), state: 'cancelled' });
    await claim('vm01', town.world);
    expect(town.vm('vm01').state).toBe('stopping');
    for (let times = 0; times < 20; times++) await tick(town, 61_000);
    expect(town.vm('vm01')).toMatchObject({ state: 'deallocated', files: [] });
    expect(town.job('b.json').state).toBe('received');
  });
});

describe('a VM that hangs in its boot', () => {
  it('is deallocated again after a lost call, however long it will then be left alone', async () => {
    const town = openTown([{ name: 'vm01', failedStarts: 4 }]);
    const calls: number[] = [];
    await town.arrive('a.json');
    town.memory.powers.set('vm01', 'starting');
    town.world.machines.deallocate = async () => {
      calls.push(town.world.now());
      throw new AppError('unavailable', 'no answer');
    };
    for (let minute = 0; minute < 40; minute++) await tick(town, 61_000);
    expect(town.vm('vm01').state).toBe('stopping');
    expect(calls.length).toBeGreaterThan(15);
    expect(town.events()).toContain('left-running');
    expect(town.vm('vm01').unavailableUntil).toBeGreaterThan(town.world.now());
  });
});

describe('a VM that does not stop', () => {
  it('is stopped again and again, and people are told that it costs money', async () => {
    const town = openTown([{ name: 'vm01', state: 'running' }]);
    town.world.machines.deallocate = async () => {};
    await tick(town, 121_000);
    expect(town.vm('vm01').state).toBe('stopping');
    for (let times = 0; times < 18; times++) await tick(town, 61_000);
    expect(town.events().filter((event) => event === 'stopping').length).toBeGreaterThan(10);
    expect(town.memory.log.find(({ event }) => event === 'left-running')).toMatchObject({ level: 'error' });
  });
});
