import { describe, expect, it } from 'vitest';
import { makeFaults } from '../../../src/local/arm/faults.ts';

describe('the faults', () => {
  it('meet their own call on their own VM, whatever the case of its name, as often as they are meant to', () => {
    const faults = makeFaults();
    faults.add({ on: 'start', vm: 'VM01', refuse: 'AllocationFailed', times: 2 });
    expect(faults.refusalOf('deallocate', 'vm01')).toBeUndefined();
    expect(faults.refusalOf('start', 'vm02')).toBeUndefined();
    expect(faults.refusalOf('start', 'vm01')).toBe('AllocationFailed');
    expect(faults.refusalOf('start', 'vm01')).toBe('AllocationFailed');
    expect(faults.refusalOf('start', 'vm01')).toBeUndefined();
  });

  it('stay until they are taken away, where no number is given', () => {
    const faults = makeFaults();
    const remove = faults.add({ on: 'boot', fail: 'hang' });
    faults.add({ on: 'deallocation', takeMs: 5000 });
    expect([faults.failureOfBoot('a'), faults.failureOfBoot('b')]).toEqual(['hang', 'hang']);
    remove();
    expect(faults.failureOfBoot('a')).toBeUndefined();
    expect(faults.deallocationMs('a')).toBe(5000);
    faults.clear();
    expect(faults.deallocationMs('a')).toBeUndefined();
  });
});
