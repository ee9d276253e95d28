import { describe, expect, it } from 'vitest';
import { columnsOf, jobOf } from '../../src/azure/job-row.ts';
import { sampleJob } from '../core/samples.ts';

describe('a row of a job', () => {
  it('with only key and state is a job with everything at its first value', () => {
    const empty = {
      fileName: '',
      etag: '',
      action: '',
      priority: 0,
      attempt: 0,
      insertedAt: 0,
      rootJobId: '',
    };
    const job = jobOf({ rowKey: 'x', state: 'received', etag: 'W/"1"' });
    expect(job).toEqual({ ...sampleJob(), ...empty, id: 'x', state: 'received', version: 'W/"1"' });
  });

  it.each(['', 'none', 'done', 'constructor', undefined])('with the state %o is refused', (state) => {
    expect(() => jobOf({ rowKey: 'x', state })).toThrow(/job x has the state/);
  });

  it('reads a broken history as none, and leaves out lines without a state', () => {
    const row = { rowKey: 'x', state: 'failed' };
    expect(jobOf({ ...row, history: '[{' }).history).toEqual([]);
    expect(jobOf({ ...row, history: '[null, {"state":"gone"}, {"state":"failed"}]' }).history).toHaveLength(
      1,
    );
  });

  it('is written with times that people can read', () => {
    const columns = columnsOf(sampleJob({ insertedAt: 1_772_600_767_000, leaseUntil: 0 }));
    expect(columns).toMatchObject({ insertedAt: '2026-03-04T05:06:07.000Z', leaseUntil: '' });
  });

  it('fits its properties however long its causes are, keeping the latest of its history', () => {
    const line = { at: 1, state: 'assigned', cause: 'ü"'.repeat(500), attempt: 1, vmName: 'vm01' } as const;
    const history = Array.from({ length: 60 }, (_, index) => ({ ...line, attempt: index + 1 }));
    const job = sampleJob({ history, error: `${'x'.repeat(32_767)}😀`, cause: 'y'.repeat(40_000) });
    const columns = columnsOf(job);
    for (const value of Object.values(columns)) expect(String(value).length).toBeLessThanOrEqual(32_768);
    expect(columns.error).toBe(`${'x'.repeat(32_767)}\ufffd`);
    const kept = jobOf(columns).history;
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.at(-1)?.attempt).toBe(60);
  });
});
