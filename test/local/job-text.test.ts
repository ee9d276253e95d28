import { describe, expect, it } from 'vitest';
import { shownJob } from '../../src/core/shown-job.ts';
import { jobsText, jobText } from '../../src/local/job-text.ts';
import { sampleJob } from '../core/samples.ts';

const at = Date.UTC(2026, 2, 4);
const failed = shownJob(
  sampleJob({
    state: 'failed',
    cause: 'guest',
    error: 'run 1 failed for good on vm01: exit code 2,\nwhich is declared permanent',
    vmName: 'vm01',
    failedRuns: 1,
    insertedAt: at,
    history: [
      { at, state: 'assigned', cause: 'vm01: idle', attempt: 1, vmName: 'vm01' },
      { at: at + 1000, state: 'failed', cause: 'guest', attempt: 1, vmName: 'vm01' },
    ],
  }),
);

describe('the text of a job', () => {
  it('has its facts, without those that it has not, then its history', () => {
    expect(jobText(failed)).toBe(`job         ${failed.jobId}
file        a.json (version 0x1)
state       failed (guest)
why         run 1 failed for good on vm01: exit code 2,
            which is declared permanent
attempt     1, failed runs 1, without a report 0
VM          vm01
action      process, priority 5
inserted    2026-03-04T00:00:00.000Z
permitted   retry

at                        state     attempt  vmName  cause
2026-03-04T00:00:00.000Z  assigned  1        vm01    vm01: idle
2026-03-04T00:00:01.000Z  failed    1        vm01    guest`);
  });

  it('of several has a line for each, and says how to go on', () => {
    const lines = jobsText({ jobs: [failed], unreadable: ['x1'], continuation: 'abc' }).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(new RegExp(`^${failed.jobId}  failed +1 +vm01 +process .* a\\.json +run 1`));
    expect(lines.slice(2)).toEqual([
      'x1 cannot be read: somebody has edited its row in tbljob',
      'more: --continuation abc',
    ]);
    expect(jobsText({ jobs: [], unreadable: [] })).toBe('no such job on this page');
  });
});
