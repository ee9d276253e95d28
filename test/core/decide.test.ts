import { describe, expect, it } from 'vitest';
import { decide, moved } from '../../src/core/decide.ts';
import { dueAt, historyLinesMax } from '../../src/core/job.ts';
import type { World } from '../../src/core/world.ts';
import { sampleJob } from './samples.ts';

describe('a move of a job', () => {
  it.each([
    ['received', 'assigned', 1],
    ['assigned', 'processing', 1],
    ['assigned', 'assigned', 2],
    ['processing', 'assigned', 2],
    ['assigned', 'received', 2],
    ['processing', 'received', 2],
    ['failed', 'received', 2],
    ['processing', 'completed', 1],
  ] as const)('from %s to %s leads to attempt %i', (from, to, attempt) => {
    expect(moved(sampleJob({ state: from }), to, { cause: 'x' }, 5).attempt).toBe(attempt);
  });

  it('is a line of its history, with time, cause, attempt and VM', () => {
    const job = moved(sampleJob(), 'assigned', { cause: 'why', vmName: 'vm07' }, 5);
    expect(job.history).toEqual([{ at: 5, state: 'assigned', cause: 'why', attempt: 1, vmName: 'vm07' }]);
  });

  it('keeps the latest lines of a long history', () => {
    const line = { at: 1, state: 'received', cause: '', attempt: 1, vmName: '' } as const;
    const job = moved(
      sampleJob({ history: Array(historyLinesMax).fill(line) }),
      'assigned',
      { cause: 'last' },
      5,
    );
    expect(job.history).toHaveLength(historyLinesMax);
    expect(job.history.at(-1)?.cause).toBe('last');
  });

  it('ends a lease unless it begins one', () => {
    const leased = sampleJob({ state: 'processing', leaseUntil: 99 });
    expect(moved(leased, 'received', { cause: 'x' }, 5).leaseUntil).toBe(0);
  });

  it('is refused loudly if the table has it not', async () => {
    const world = {} as World;
    await expect(
      decide(sampleJob({ state: 'completed' }), 'received', { cause: 'x' }, world),
    ).rejects.toThrow('cannot go from completed to received');
  });
});

describe('when a waiting job is due', () => {
  it('counts from its insertion, so that a file handed back does not queue again behind everybody', () => {
    expect(dueAt(sampleJob({ insertedAt: 1000, attempt: 3 }))).toBe(1002);
  });

  it('is not before its backoff is over', () => {
    expect(dueAt(sampleJob({ insertedAt: 1000, notBefore: 7000 }))).toBe(7000);
  });
});
