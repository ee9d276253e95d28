import { describe, expect, it } from 'vitest';
import { columnsOf, jobOf } from '../../src/azure/job-row.ts';
import { sampleJob } from '../core/samples.ts';

describe('a row of a job', () => {
  it('with only key, state, action and attempt is a job with everything else at its first value', () => {
    const empty = { fileName: '', etag: '', priority: 0, insertedAt: 0, rootJobId: '' };
    const job = jobOf({ rowKey: 'x', state: 'received', action: 'process', attempt: 1, etag: 'W/"1"' });
    expect(job).toEqual({ ...sampleJob(), ...empty, id: 'x', state: 'received', version: 'W/"1"' });
  });

  it.each(['', 'none', 'done', 'constructor', undefined])('with the state %o is refused', (state) => {
    expect(() => jobOf({ rowKey: 'x', state, action: 'a', attempt: 1 })).toThrow(/job x has the state/);
  });

  it.each([
    ['action', { action: 'A b' }],
    ['action', { action: undefined }],
    ['attempt', { attempt: -1 }],
    ['attempt', { attempt: 1.5 }],
    ['attempt', { attempt: '1e308' }],
    ['attempt', { attempt: undefined }],
  ])('with an %s that would list it where nobody looks is refused: %j', (column, change) => {
    const row = { rowKey: 'x', state: 'failed', action: 'a', attempt: 1, ...change };
    expect(() => jobOf(row)).toThrow(`job x has the ${column}`);
  });

  it.each([
    ['priority', 12, 5],
    ['priority', -1, 5],
    ['priority', 0.5, 5],
    ['failedRuns', -3, 0],
    ['durationMs', -3, 0],
    ['insertedAt', '9000-01-01', 0],
    ['leaseUntil', '9000-01-01', 0],
    ['notBefore', '9'.repeat(30), Date.UTC(9999, 11, 31, 23, 59, 59, 999)],
  ])('with the %s %o has %o', (column, value, read) => {
    const row = { rowKey: 'x', state: 'failed', action: 'a', attempt: 1, [column]: value };
    expect(jobOf(row)).toHaveProperty(column, read);
  });

  it('reads a broken history as none, and leaves out lines without a state', () => {
    const row = { rowKey: 'x', state: 'failed', action: 'a', attempt: 1 };
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
