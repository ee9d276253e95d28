import { describe, expect, it } from 'vitest';
import { makeFaults } from './faults.ts';
import { makeTurns } from './turns.ts';

describe('faults', () => {
  it('are the same for the same seed, and counted', () => {
    const [one, other] = [makeFaults(7), makeFaults(7)].map((faults) => {
      faults.isOn = true;
      return { faults, fates: Array.from({ length: 5000 }, () => faults.fateOf('blob')) };
    });
    expect(one?.fates).toEqual(other?.fates);
    const delayed = one?.fates.filter(({ delayMs }) => delayMs > 0).length;
    expect(one?.faults.counts.get('delay')).toBe(delayed);
    expect([...(one?.faults.counts.keys() ?? [])].sort()).toEqual(
      ['429-before', '500-after', '500-before', '503-before', 'cut-after', 'cut-before', 'delay'].sort(),
    );
  });

  it('do not come before they are switched on', () => {
    const faults = makeFaults(7);
    for (let calls = 0; calls < 1000; calls++)
      expect(faults.fateOf('blob')).toEqual({ delayMs: 0, retryAfterSeconds: 0 });
  });
});

describe('turns', () => {
  it('come one after the other, also after one that failed', async () => {
    const turns = makeTurns();
    const order: string[] = [];
    const first = turns(async () => {
      await new Promise(setImmediate);
      order.push('first');
      throw new Error('failed');
    });
    const second = turns(async () => void order.push('second'));
    await expect(first).rejects.toThrow('failed');
    await second;
    expect(order).toEqual(['first', 'second']);
  });
});
