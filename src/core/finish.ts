import type { Answer } from './answer.ts';
import { complete } from './complete.ts';
import { fail } from './fail.ts';
import { goOn } from './go-on.ts';
import { greet, hear } from './greet.ts';
import type { Recorded, Report } from './report.ts';
import { reportedJob } from './reported-job.ts';
import type { World } from './world.ts';

/**
 * Finishes: records a VM's report, then tells it to stop or to go on. Throws `not_in_pool`; `not_yours` for a file that
 * the VM never had; `ambiguous` for a call without job id that could mean two files.
 */
export async function finish(report: Report, world: World): Promise<Answer & { recorded: Recorded }> {
  const calledAt = world.now();
  const isAboutFile = report.fileName !== undefined || report.jobId !== undefined;
  const asksAgain = report.jobId !== undefined;
  const vm = await greet(report.vmName, world);
  const job = isAboutFile ? await reportedJob(report, vm, calledAt, world) : undefined;
  // Of a caller that names no job only a reported file is a word: a script that restarts is not thereby alive.
  if (job) await hear(vm, asksAgain, world);
  const recorded = !job
    ? 'none'
    : report.status === 'ok'
      ? await complete(job, report, vm, world)
      : await fail(job, report, vm, world);
  const answer = await goOn(
    vm.name,
    { writer: 'Vmstop', asksAgain },
    world,
    recorded === 'new' ? job : undefined,
  );
  return { ...answer, recorded };
}
