import { announce } from './announce.ts';
import { decide, type JobChange } from './decide.ts';
import type { Job } from './job.ts';
import { list } from './list.ts';
import { carryOn } from './live.ts';
import type { JobState } from './moves.ts';
import { mustRead } from './must-read.ts';
import type { Recorded, Report } from './report.ts';
import { unlist } from './unlist.ts';
import { sameName, type Vm } from './vm.ts';
import type { World } from './world.ts';

/** A failure reported without job id might be a repeated call: the next attempt waits longer than anyone repeats. */
const unnamedDelayMs = 5 * 60_000;

/**
 * Takes in a failed run: another attempt after a while, or `failed` when they are used up or no further run can
 * mend it; no result row, no delete. Only
 * the present attempt of the VM that has the file can fail it. Where the blob has changed or gone no run can succeed any more,
 * and the job is cancelled.
 */
export async function fail(reported: Job, report: Report, vm: Vm, world: World): Promise<Recorded> {
  for (let job = reported; ; job = await mustRead(job.id, world)) {
    if (!isPresentAttempt(job, report, vm)) {
      await carryOn(job, vm, world);
      return 'none';
    }
    const { state, change } = await judge(job, report, world);
    const decided = await decide(job, state, change, world);
    if (!decided) continue;
    const listed = await list(decided, world);
    await unlist(job, world);
    await announce(listed, 'Vmstop', world);
    return 'new';
  }
}

function isPresentAttempt(job: Job, report: Report, vm: Vm): boolean {
  if (job.state !== 'assigned' && job.state !== 'processing') return false;
  return sameName(job.vmName, vm.name) && (report.attempt ?? job.attempt) === job.attempt;
}

async function judge(
  job: Job,
  report: Report,
  world: World,
): Promise<{ state: JobState; change: JobChange & { cause: string } }> {
  const file = await world.files.head(job.fileName);
  if (file?.etag !== job.etag) {
    const cause = file ? 'superseded' : 'gone';
    const error = file
      ? 'the file was overwritten meanwhile; its new version is a job of its own'
      : 'the file was deleted meanwhile';
    return { state: 'cancelled', change: { cause, error } };
  }
  const failedRuns = job.failedRuns + 1;
  if (report.permanent) {
    const error = `run ${failedRuns} failed for good on ${job.vmName}: ${report.error || 'no reason given'}`;
    return { state: 'failed', change: { failedRuns, cause: 'guest', error } };
  }
  const error = `run ${failedRuns} of ${world.rules.failedRunsMax} failed on ${job.vmName}: ${report.error || 'no reason given'}`;
  if (failedRuns >= world.rules.failedRunsMax)
    return { state: 'failed', change: { failedRuns, cause: 'guest', error } };
  const delayMs = backoffMs(failedRuns, world);
  const notBefore = world.now() + (report.jobId === undefined ? Math.max(delayMs, unnamedDelayMs) : delayMs);
  return { state: 'received', change: { vmName: '', failedRuns, notBefore, cause: 'guest', error } };
}

/** Doubles with each failed run up to a limit; half of it is jitter, so that failed files do not return together. */
function backoffMs(failedRuns: number, world: World): number {
  const { backoffMsMin, backoffMsMax } = world.rules;
  const full = Math.min(backoffMsMax, backoffMsMin * 2 ** (failedRuns - 1));
  return Math.round(full * (0.5 + world.random() / 2));
}
