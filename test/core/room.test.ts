import { describe, expect, it } from 'vitest';
import { jobIdOf } from '../../src/core/job.ts';
import { keepsVersionsApart } from '../../src/core/room.ts';
import { defaultRules } from '../../src/core/rules.ts';
import { sampleJob, sampleVm } from './samples.ts';

const job = sampleJob({ etag: '0x2', insertedAt: 5000 });
const older = sampleJob({ etag: '0x1', insertedAt: 1000 });
const none = new Map();
const running = sampleVm({ state: 'running', startedAt: 2000 });

function apart(
  vm = running,
  options: { heard?: Map<string, { at: number; namesJobs: boolean }>; now?: number } = {},
) {
  const facts = { others: [older], heard: options.heard ?? none };
  return keepsVersionsApart(vm, job, facts, defaultRules, options.now ?? 6000);
}

describe('two versions of one file on a VM whose programs name only the file', () => {
  it('are never listed together', () => {
    const entry = { jobId: jobIdOf('a.json', '0x1'), attempt: 1, at: 0 };
    expect(apart({ ...running, startedAt: 9000, files: [entry] })).toBe(false);
  });

  it('may not meet: the newer one is not given to a VM that ran before it came', () => {
    expect(apart()).toBe(false);
  });

  it.each([
    ['a VM started since', sampleVm({ state: 'running', startedAt: 5001 }), 6000],
    ['a VM that is to be started now', sampleVm(), 6000],
    [
      'any VM once no report of the older one can be under way',
      running,
      5000 + 6 * 3600_000 + 5 * 60_000 + 1,
    ],
  ])('may be given to %s', (_which, vm, now) => {
    expect(apart(vm, { now })).toBe(true);
  });

  it('do not matter on a VM known to name its jobs', () => {
    expect(apart(running, { heard: new Map([['vm01', { at: 0, namesJobs: true }]]) })).toBe(true);
    expect(apart(running, { heard: new Map([['vm01', { at: 0, namesJobs: false }]]) })).toBe(false);
  });

  it('do not matter to a version that has no older one', () => {
    const first = { others: [{ ...older, insertedAt: 9000 }], heard: none };
    expect(keepsVersionsApart(running, job, first, defaultRules, 6000)).toBe(true);
  });
});
