import assert from 'node:assert';
import { describe, expect, it } from 'vitest';
import { canonicalAddress } from '../../src/core/address.ts';
import { sampleVm } from '../core/samples.ts';
import type { Opened } from './opened.ts';

export function describeMachines(given: () => Opened): void {
  const machines = () => given().world.machines;

  function named(index: number): string {
    const name = given().machines[index];
    assert(name);
    return name;
  }

  async function powerOf(name: string): Promise<string | undefined> {
    return (await machines().powers([sampleVm({ name })])).get(name.toLowerCase());
  }

  describe('machines', () => {
    it('tell their power by name in lower case, and of those that are not there that it is unknown', async () => {
      const powers = await machines().powers([
        sampleVm({ name: named(0).toUpperCase() }),
        sampleVm({ name: 'no-such-machine' }),
      ]);
      expect(powers).toEqual(
        new Map([
          [named(0).toLowerCase(), 'deallocated'],
          ['no-such-machine', 'unknown'],
        ]),
      );
      expect(await machines().powers([])).toEqual(new Map());
    });

    it('tell the identity of each by name in lower case, and none of those that are not there', async () => {
      const vms = [named(0).toUpperCase(), named(1), 'no-such-machine'].map((name) => sampleVm({ name }));
      const identities = await machines().identities(vms);
      expect([...identities.keys()]).toEqual([named(0).toLowerCase(), named(1).toLowerCase()]);
      const found = [...identities.values()];
      expect(new Set(found.map(({ principalId }) => principalId)).size).toBe(2);
      for (const [name, { principalId, resourceId }] of identities) {
        expect(principalId).not.toBe('');
        expect(resourceId.toLowerCase().endsWith(`/${name}`)).toBe(true);
      }
      expect(await machines().identities([])).toEqual(new Map());
    });

    it('tell the addresses of each by name in lower case, and none of those that are not there', async () => {
      const vms = [named(0).toUpperCase(), named(1), 'no-such-machine'].map((name) => sampleVm({ name }));
      const addresses = await machines().addresses(vms);
      expect([...addresses.keys()]).toEqual([named(0).toLowerCase(), named(1).toLowerCase()]);
      const [first = [], second = []] = addresses.values();
      expect(first.length).toBeGreaterThan(0);
      expect(second.length).toBeGreaterThan(0);
      expect(new Set([...first, ...second]).size).toBe(first.length + second.length);
      for (const address of [...first, ...second]) expect(canonicalAddress(address)).toBe(address);
      expect(await machines().addresses([])).toEqual(new Map());
    });

    it('start and are deallocated when told so', async () => {
      const name = named(1);
      await machines().start(sampleVm({ name }));
      await expect.poll(() => powerOf(name), { timeout: 10_000 }).toBe('running');
      await machines().deallocate(sampleVm({ name }));
      await expect.poll(() => powerOf(name), { timeout: 10_000 }).toBe('deallocated');
      expect(await powerOf(named(0))).toBe('deallocated');
    });

    it('that are not there cannot be started or deallocated', async () => {
      const vm = sampleVm({ name: 'no-such-machine' });
      await expect(machines().start(vm)).rejects.toMatchObject({ name: 'AppError', code: 'not_found' });
      await expect(machines().deallocate(vm)).rejects.toMatchObject({ name: 'AppError', code: 'not_found' });
    });
  });
}
