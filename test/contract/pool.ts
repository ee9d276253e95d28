import assert from 'node:assert';
import { describe, expect, it } from 'vitest';
import type { Vm } from '../../src/core/vm.ts';
import { sampleVm } from '../core/samples.ts';
import type { Opened } from './opened.ts';

export function describePool(given: () => Opened): void {
  const pool = () => given().world.pool;

  async function added(name: string): Promise<Vm> {
    await given().addVms([name]);
    return mustRead(name);
  }

  async function mustRead(name: string): Promise<Vm> {
    const vm = await pool().read(name);
    assert(vm, `${name} is not in the pool`);
    return vm;
  }

  describe('the pool', () => {
    it('takes a row with nothing but a name for a VM', async () => {
      const vm = await added('pool-plain');
      expect(vm).toEqual(sampleVm({ name: 'pool-plain', version: vm.version }));
      expect(vm.version).not.toBe('');
    });

    it('finds a VM by its name in any case, and no other', async () => {
      await given().addVms(['Pool-Mixed', 'pool-lower']);
      expect((await pool().read('Pool-Mixed'))?.name).toBe('Pool-Mixed');
      expect((await pool().read('POOL-mixed'))?.name).toBe('Pool-Mixed');
      expect((await pool().read('POOL-LOWER'))?.name).toBe('pool-lower');
      expect(await pool().read('pool-low')).toBeUndefined();
      for (const name of ['', 'pool/lower', 'pool\\lower', 'pool#lower', 'pool?lower', "'", 'x'.repeat(2000)])
        expect(await pool().read(name)).toBeUndefined();
    });

    it('keeps all that the protocol writes', async () => {
      const { version, ...row } = await added('pool-all');
      const vm: Vm = {
        ...row,
        version,
        state: 'running',
        stateAt: 1_700_000_000_001,
        files: [
          { jobId: 'abc', attempt: 2, at: 1_700_000_000_002 },
          { jobId: 'def', attempt: 1, at: 3, ticket: { messageId: 'm1', popReceipt: 'AgA/+==' } },
        ],
        idleSince: 4,
        startedAt: 5,
        failedStarts: 6,
        silentAt: 7,
        unavailableUntil: 8,
      };
      const written = await pool().write(vm);
      expect(written).toEqual({ ...vm, version: written?.version });
      expect(written?.version).not.toBe(version);
      expect(await pool().read('pool-all')).toEqual(written);
    });

    it('goes on with the version that a write returned', async () => {
      const first = await pool().write({ ...(await added('pool-chain')), state: 'starting' });
      assert(first);
      const second = await pool().write({ ...first, state: 'running' });
      expect(second?.state).toBe('running');
      expect(await pool().write({ ...first, state: 'deallocated' })).toBeUndefined();
      expect((await mustRead('pool-chain')).state).toBe('running');
    });

    it('lets one of twenty writes win that go out from the same read', async () => {
      const vm = await added('pool-race');
      const writes = Array.from({ length: 20 }, (_, index) =>
        pool().write({ ...vm, failedStarts: index + 1 }),
      );
      const won = (await Promise.all(writes)).filter((written) => written !== undefined);
      expect(won).toHaveLength(1);
      expect(await pool().read('pool-race')).toEqual(won[0]);
    });

    it('turns a write down after a person has edited the row, and never writes what people set', async () => {
      const vm = await added('pool-edited');
      await given().editVm('pool-edited', { disabled: true, actions: ['chart'] });
      expect(await pool().write({ ...vm, state: 'running' })).toBeUndefined();
      const edited = await mustRead('pool-edited');
      await pool().write({ ...edited, disabled: false, actions: [], state: 'running' });
      expect(await mustRead('pool-edited')).toMatchObject({
        disabled: true,
        actions: ['chart'],
        state: 'running',
      });
    });

    it('turns a write down when the row is gone, and does not bring it back', async () => {
      const vm = await added('pool-gone');
      await given().removeVm('pool-gone');
      expect(await pool().write({ ...vm, state: 'running' })).toBeUndefined();
      expect(await pool().read('pool-gone')).toBeUndefined();
    });

    it('notes who has spoken beside the rows, the latest word winning', async () => {
      const vm = await added('Pool-Heard');
      await pool().hear('pool-heard', { at: 1_700_000_000_000, namesJobs: true });
      await pool().hear('POOL-Heard', { at: 1_700_000_000_500, namesJobs: false });
      expect((await pool().heard()).get('pool-heard')).toEqual({ at: 1_700_000_000_500, namesJobs: false });
      expect((await mustRead('Pool-Heard')).version).toBe(vm.version);
    });

    it('lists pools that are longer than a page of the table service, in the order of their names', async () => {
      const names = Array.from({ length: 1200 }, (_, index) => `pool-many-${String(index).padStart(4, '0')}`);
      await given().addVms(names);
      const listed = (await pool().list()).map((vm) => vm.name);
      expect(listed.filter((name) => name.startsWith('pool-many-'))).toEqual(names);
      expect(listed).toEqual([...listed].sort());
    });
  });
}
