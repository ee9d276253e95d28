import { announce } from './announce.ts';
import { isLive } from './begin.ts';
import { decide } from './decide.ts';
import { list } from './list.ts';
import { stop } from './stop.ts';
import { unlistFromVm } from './unlist.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/** Cool-down after a start that did not end in a running VM; doubles with each in a row. */
const coolDownMsMin = 2 * 60_000;
const coolDownMsMax = 60 * 60_000;

/**
 * Gives the files of a VM that does not come up to others, and stops it. First the VM is closed to new files, then each
 * file is decided away, listed and unlisted, then the empty row is stopped; what stops this half way, the next tick ends.
 */
export async function giveAway(vm: Vm, cause: string, world: World): Promise<void> {
  const coolDownMs = Math.min(coolDownMsMax, coolDownMsMin * 2 ** vm.failedStarts);
  let row = await world.pool.write({
    ...vm,
    failedStarts: vm.failedStarts + 1,
    unavailableUntil: world.now() + coolDownMs,
  });
  for (const entry of row?.files ?? []) {
    const job = await world.jobs.read(entry.jobId);
    if (job && isLive(entry, vm, job)) {
      const away = await decide(job, 'received', { vmName: '', cause }, world);
      if (!away) return;
      await list(away, world);
      await announce(away, 'Watchdog', world);
    }
    row = await unlistFromVm(vm.name, { id: entry.jobId, attempt: entry.attempt }, world);
  }
  if (row && row.files.length === 0) await stop(row, cause, 'Watchdog', world);
}
