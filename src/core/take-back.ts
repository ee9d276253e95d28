import { announce } from './announce.ts';
import { decideAway } from './decide-away.ts';
import { list } from './list.ts';
import { isLive, readListed } from './live.ts';
import { unlistFromVm } from './unlist.ts';
import type { Entry, Heard, Vm } from './vm.ts';
import type { World } from './world.ts';

/**
 * Takes back the files that a VM was told of by a message which nobody has read, long after it was up: whatever should run there does not.
 * Silence alone would find that only after the action's time limit, because a script says nothing while it works; but a script reads its
 * message first. A VM that is left with nothing is marked as silent, and so is stopped. Returns whether anything was taken back.
 */
export async function takeBackUnread(vm: Vm, heard: Heard | undefined, world: World): Promise<boolean> {
  let row: Vm | undefined = vm;
  let isTaken = false;
  for (const entry of vm.files) {
    if (!isOverdue(vm, entry, heard, world) || !(await takeBack(vm, entry, world))) continue;
    isTaken = true;
    row = await unlistFromVm(vm.name, { id: entry.jobId, attempt: entry.attempt }, world);
  }
  if (isTaken && row?.state === 'running' && row.files.length === 0)
    await world.pool.write({ ...row, silentAt: world.now() });
  return isTaken;
}

function isOverdue(vm: Vm, entry: Entry, heard: Heard | undefined, { rules, now }: World): boolean {
  const since = Math.max(vm.stateAt, vm.startedAt, entry.at, heard?.at ?? 0);
  return now() - since > Math.max(rules.leaseMs, rules.bootMsMax);
}

/** False if the message was read, or the job is not there any more. Without its message nobody can begin the file any more. */
async function takeBack(vm: Vm, entry: Entry, world: World): Promise<boolean> {
  const job = entry.ticket && (await readListed(entry, vm, world));
  if (!entry.ticket || job?.state !== 'assigned' || !isLive(entry, vm, job)) return false;
  if ((await world.messages.remove(entry.ticket)) === 'gone') return false;
  const away = await decideAway(job, `nobody on ${vm.name} has read its message`, world);
  if (!away) return false;
  await list(away, world);
  await announce(away, 'Watchdog', world);
  return true;
}
