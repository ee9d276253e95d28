import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type CallerCheck, makeCallers } from '../../src/core/callers.ts';
import { AppError } from '../../src/core/errors.ts';
import { noteRefusal } from '../../src/core/note-refusal.ts';
import { type Evidence, prove } from '../../src/core/prove.ts';
import type { MachineIdentity, World } from '../../src/core/world.ts';
import { memoryVerify, principalOf } from '../sim/verify.ts';
import { sampleVm } from './samples.ts';
import { openTown } from './town.ts';

/** A pool of vm01 and vm02 with what ARM says of them, and a count of how often it was asked. */
function opened(check: CallerCheck) {
  const town = openTown(['vm01', 'VM02']);
  const identities = new Map<string, MachineIdentity>(
    ['vm01', 'vm02'].map((name) => [name, { principalId: principalOf(name), resourceId: `/vms/${name}` }]),
  );
  const addresses = new Map([
    ['vm01', ['10.0.0.1', '20.0.0.1']],
    ['vm02', ['10.0.0.2']],
  ]);
  const asked = { identities: 0, addresses: 0 };
  let failure: AppError | undefined;
  const machines = {
    ...town.world.machines,
    async identities(vms: readonly { name: string }[]) {
      asked.identities += 1;
      if (failure) throw failure;
      return new Map([...identities].filter(([key]) => vms.some(({ name }) => name.toLowerCase() === key)));
    },
    async addresses() {
      asked.addresses += 1;
      if (failure) throw failure;
      return new Map(addresses);
    },
  };
  const callers = makeCallers(
    { check, trustedProxies: 1, verify: memoryVerify },
    { ...town.world, machines },
  );
  return {
    town,
    identities,
    addresses,
    asked,
    fail: (error: AppError | undefined) => {
      failure = error;
    },
    proves: (vmName: unknown, evidence: Partial<Evidence>) =>
      prove(vmName, { token: undefined, address: undefined, ...evidence }, callers).then(
        () => 'proven',
        (error: AppError) => error.code,
      ),
  };
}

describe('by its identity', () => {
  it('a VM is proven that names itself, in any case of letters', async () => {
    const { proves } = opened('identity');
    expect(await proves('vm01', { token: 'token-of-vm01' })).toBe('proven');
    expect(await proves('Vm02', { token: 'token-of-vm02' })).toBe('proven');
  });

  it.each([
    ['another VM', 'vm02', 'token-of-vm01'],
    ['a VM that is not of the pool', 'vm99', 'token-of-vm99'],
    ['a VM, without a token', 'vm01', undefined],
    ['a VM, with no token of the tenant', 'vm01', 'forged'],
    ['nobody', undefined, 'token-of-vm01'],
    ['a list', ['vm01'], 'token-of-vm01'],
    ['what is no name', "vm01' or '1' eq '1", 'token-of-vm01'],
    ['a part of every object', 'constructor', 'token-of-vm01'],
  ])('nobody is proven who names %s', async (_what, vmName, token) => {
    expect(await opened('identity').proves(vmName, { token, address: '10.0.0.1' })).toBe('not_proven');
  });

  it('a VM that was rebuilt is proven by its new identity, and no longer by the old one', async () => {
    const { proves, identities, asked, town } = opened('identity');
    await proves('vm01', { token: 'token-of-vm01' });
    identities.set('vm01', { principalId: principalOf('new'), resourceId: '/vms/vm01' });
    town.pass(15_000);
    expect(await proves('vm01', { token: 'token-of-new' })).toBe('proven');
    expect(await proves('vm01', { token: 'token-of-vm01' })).toBe('not_proven');
    expect(asked.identities).toBe(2);
  });

  it('ARM is asked once for the whole pool, and by strangers no more than four times a minute', async () => {
    const { proves, asked, town } = opened('identity');
    await Promise.all(['vm01', 'vm02', 'vm01'].map((name) => proves(name, { token: `token-of-${name}` })));
    expect(asked.identities).toBe(1);
    for (let second = 0; second < 60; second++) {
      town.pass(1000);
      await proves('vm01', { token: 'token-of-stranger' });
    }
    expect(asked.identities).toBe(5);
  });

  it('what is asked does not depend on the name', async () => {
    const counts = await Promise.all(
      ['vm01', 'vm99'].map(async (name) => {
        const { proves, asked } = opened('identity');
        expect(await proves(name, { token: 'token-of-vm02' })).toBe('not_proven');
        return asked;
      }),
    );
    expect(counts[0]).toEqual(counts[1]);
  });

  it.each(['unavailable', 'throttled', 'no_permission', 'misconfigured', 'not_found'] as const)(
    'nobody is let in while ARM says %s, nor told more than to come again; and everybody after that',
    async (code) => {
      const { proves, fail, town } = opened('identity');
      fail(new AppError(code, 'out'));
      expect(await proves('vm01', { token: 'token-of-vm01' })).toBe('unavailable');
      fail(undefined);
      town.pass(1000);
      expect(await proves('vm01', { token: 'token-of-vm01' })).toBe('proven');
    },
  );

  it('an outage is one row of the log, also while an old answer lets everybody in', async () => {
    const { proves, fail, town } = opened('identity');
    const rows = () => town.memory.log.filter(({ event }) => event === 'callers-unread');
    await proves('vm01', { token: 'token-of-vm01' });
    fail(new AppError('no_permission', 'the role is gone'));
    for (let minute = 0; minute < 30; minute++) {
      town.pass(60_000);
      expect(await proves('vm01', { token: 'token-of-vm01' })).toBe('proven');
    }
    expect(rows()).toHaveLength(1);
    expect(rows()[0]).toMatchObject({ level: 'error', message: expect.stringContaining('the role is gone') });
    await setImmediate();
    fail(undefined);
    town.pass(60_000);
    await proves('vm01', { token: 'token-of-vm01' });
    // In the background.
    await setImmediate();
    fail(new AppError('unavailable', 'out again'));
    town.pass(6 * 60_000);
    await proves('vm01', { token: 'token-of-vm01' });
    await vi.waitFor(() => expect(rows()).toHaveLength(2));
  });

  it('of two rows whose names differ in case only nobody is proven', async () => {
    const { proves, town } = opened('identity');
    town.memory.vms.set('VM01', sampleVm({ name: 'VM01' }));
    expect(await proves('vm01', { token: 'token-of-vm01' })).toBe('not_proven');
  });
});

describe('by its address', () => {
  it.each(['10.0.0.1', '20.0.0.1'])('a VM is proven that calls from %s', async (address) => {
    expect(await opened('ip').proves('VM01', { address })).toBe('proven');
  });

  it.each([
    ['of another VM', '10.0.0.2'],
    ['of nobody', '10.0.0.3'],
    ['that is not told', undefined],
  ])('nobody is proven who calls from an address %s', async (_what, address) => {
    expect(await opened('ip').proves('vm01', { address, token: 'token-of-vm01' })).toBe('not_proven');
  });

  it('a VM is proven by the address that it was given at its last start', async () => {
    const { proves, addresses, town } = opened('ip');
    await proves('vm01', { address: '20.0.0.1' });
    addresses.set('vm01', ['10.0.0.1', '20.0.0.9']);
    town.pass(15_000);
    expect(await proves('vm01', { address: '20.0.0.9' })).toBe('proven');
    expect(await proves('vm01', { address: '20.0.0.1' })).toBe('not_proven');
  });
});

describe('by both', () => {
  it('both must be right', async () => {
    const { proves } = opened('both');
    expect(await proves('vm01', { token: 'token-of-vm01', address: '10.0.0.1' })).toBe('proven');
    expect(await proves('vm01', { token: 'token-of-vm01', address: '10.0.0.2' })).toBe('not_proven');
    expect(await proves('vm01', { token: 'token-of-vm02', address: '10.0.0.1' })).toBe('not_proven');
    expect(await proves('vm01', { address: '10.0.0.1' })).toBe('not_proven');
    expect(await proves('vm01', { token: 'token-of-vm01' })).toBe('not_proven');
  });
});

describe('a refusal', () => {
  const refusal = { reason: 'it is forged', vmName: 'vm01', source: '6.6.6.6', correlationId: 'c1' };

  it('is one row that says who, why and under which id', async () => {
    const { world, memory } = openTown(['vm01']);
    await noteRefusal(refusal, world);
    expect(memory.log).toEqual([
      {
        writer: 'Vmstop',
        level: 'warning',
        event: 'refused-caller',
        vmName: 'vm01',
        correlationId: 'c1',
        message: 'a call from 6.6.6.6 in the name of vm01 was refused: it is forged',
        at: world.now(),
      },
    ]);
  });

  it('puts nothing of a caller into the row that is no name', async () => {
    const { world, memory } = openTown(['vm01']);
    await noteRefusal({ ...refusal, vmName: '\n<script>', reason: `a\nb${'c'.repeat(9999)}` }, world);
    expect(memory.log[0]?.message).toMatch(/ in the name of no VM was refused: a.bc{297}$/);
    expect(memory.log[0]).not.toHaveProperty('vmName');
  });

  it('is passed over where there are many, and the next row says how many', async () => {
    const { world, memory, pass } = openTown(['vm01']);
    for (let count = 0; count < 1000; count++) await noteRefusal(refusal, world);
    for (let count = 0; count < 1000; count++)
      await noteRefusal({ ...refusal, source: `6.6.${count}` }, world);
    expect(memory.log.length).toBe(60);
    pass(60_000);
    await noteRefusal(refusal, world);
    expect(memory.log.at(-1)?.message).toMatch(/; 945 more before it were not noted$/);
  });

  it('stands where it cannot be noted', async () => {
    const { world } = openTown(['vm01']);
    const broken: World = { ...world, log: () => Promise.reject(new AppError('unavailable', 'out')) };
    expect(await noteRefusal(refusal, broken)).toContain('it is forged');
  });
});
