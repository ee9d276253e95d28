import { announce } from './announce.ts';
import { close, settle } from './close.ts';
import { decide } from './decide.ts';
import type { Job } from './job.ts';
import { mustRead } from './must-read.ts';
import type { Recorded, Report } from './report.ts';
import { unlist } from './unlist.ts';
import { sameName, type Vm } from './vm.ts';
import type { World } from './world.ts';

/**
 * Completes a job with a VM's result: one conditional write decides, so that one result is accepted, also of an older
 * attempt while the job has neither completed nor been cancelled. Then the job is closed, but for the VM's own entry,
 * which the VM's next file replaces; a repeated report carries on where the first one stopped.
 */
export async function complete(reported: Job, report: Report, vm: Vm, world: World): Promise<Recorded> {
  const completedAt = world.now();
  for (let job = reported; ; job = await mustRead(job.id, world)) {
    if (job.state === 'cancelled') return 'none';
    // By this very call, if its write went through and only the answer was lost.
    const isOurs =
      job.state === 'completed' && job.completedAt === completedAt && sameName(job.vmName, vm.name);
    if (job.state === 'completed') {
      await close(job, world);
      if (isOurs) await announce(job, 'Vmstop', world);
      return isOurs ? 'new' : 'duplicate';
    }
    const completed = await decide(
      job,
      'completed',
      {
        vmName: vm.name,
        resultName: report.resultName,
        durationMs: report.durationMs,
        completedAt,
        cause: 'reported',
      },
      world,
    );
    if (!completed) continue;
    await settle(completed, world);
    if (!isListedOn(vm, job)) await unlist(job, world);
    await announce(completed, 'Vmstop', world);
    return 'new';
  }
}

function isListedOn(vm: Vm, job: Job): boolean {
  return (job.state === 'assigned' || job.state === 'processing') && sameName(job.vmName, vm.name);
}
