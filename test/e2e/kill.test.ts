import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeProblems, summaryOf } from '../kill/report.ts';
import { runKill } from '../kill/run.ts';
import { strikes } from '../kill/strikes.ts';

/** A small run of what `npm run kill` does with more of everything. */
const files = 24;

/** Windows can stop no process for a while. */
const skip = process.platform === 'win32';

describe('while processes are killed and the network fails', { skip }, () => {
  it('every file gets its one result and every VM goes to sleep', { timeout: 180_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rouse-kill-'));
    const outcome = await runKill({
      ...{ folder, files, vms: 4, seed: 1 },
      chaosMs: 14_000,
      drainMsMax: 120_000,
      isPatient: false,
      report: console.log,
    });
    console.log(summaryOf(outcome, files));
    expect(outcome.problems, `${describeProblems(outcome)}\nin ${folder}`).toEqual([]);
    expect([...outcome.strikes.keys()]).toEqual(expect.arrayContaining(Object.keys(strikes)));
    expect(outcome.strikes.get('at work'), 'files in processing when their agent was killed').toBeGreaterThan(
      0,
    );
    expect(outcome.evidence.versions.length).toBeGreaterThanOrEqual(files);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
});
