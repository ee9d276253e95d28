import { describe, expect, it } from 'vitest';
import { makePace } from '../../../src/local/arm/pace.ts';

const options = { bootMs: 1000, deallocateMs: 100, jitter: 0.2, seed: 7 };

describe('the pace of a VM', () => {
  it('is the same for the same seed, and another for another seed or VM', () => {
    const boots = (vm: string, seed: number) => {
      const pace = makePace(vm, { ...options, seed });
      return [pace('boot'), pace('boot'), pace('boot')];
    };
    expect(boots('vm01', 7)).toEqual(boots('VM01', 7));
    expect(boots('vm01', 7)).not.toEqual(boots('vm01', 8));
    expect(boots('vm01', 7)).not.toEqual(boots('vm02', 7));
  });

  it('stays within the jitter', () => {
    const pace = makePace('vm01', options);
    const boots = Array.from({ length: 200 }, () => pace('boot'));
    expect(Math.min(...boots)).toBeGreaterThanOrEqual(800);
    expect(Math.max(...boots)).toBeLessThanOrEqual(1200);
    expect(Math.max(...boots) - Math.min(...boots)).toBeGreaterThan(300);
    expect(makePace('vm01', { ...options, jitter: 0 })('deallocate')).toBe(100);
  });
});
