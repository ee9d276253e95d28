import type { Answer } from './answer.ts';
import { beginFirst, beginTaken } from './begin.ts';
import { readOfPool } from './greet.ts';
import type { Job } from './job.ts';
import { checkEntries } from './live.ts';
import type { LogWriter } from './log.ts';
import { hasRoom } from './room.ts';
import { stop } from './stop.ts';
import { takeFirst } from './take.ts';
import { isStaleEntryOf, unlistFromVm } from './unlist.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/** How a VM's programs work, which decides what they can be told. */
export interface Caller {
  writer: LogWriter;
  /** It names its jobs and asks again, as our agent does: it is handed its next file, and kept on for the idle grace. */
  asksAgain: boolean;
}

/**
 * Stop or go on: the VM's first live file, else one of the waiting, else it is kept on for its idle grace, else stopped.
 * A caller that does not ask again is told nothing: its message stands in the queue for it. `closed` is the job that the
 * VM has just finished; its entry is replaced by the next file's, or dropped.
 */
export async function goOn(
  vmName: string,
  caller: Caller,
  world: World,
  closed?: Pick<Job, 'id' | 'attempt'>,
): Promise<Answer> {
  for (;;) {
    const vm = await readOfPool(vmName, world);
    const { name } = vm;
    if (vm.state === 'stopping') return { vmName: name, stop: true, next: null };

    const files = vm.files.filter((entry) => !(closed && isStaleEntryOf(entry, closed)));
    if (files.length > 0 && !caller.asksAgain) {
      if (closed) await unlistFromVm(name, closed, world);
      if (await checkEntries({ ...vm, files }, world)) return { vmName: name, stop: false, next: null };
      continue;
    }
    if (files.length > 0) {
      const begun = await beginFirst({ ...vm, files }, world);
      if (closed) await unlistFromVm(name, closed, world);
      if (begun) return { vmName: name, stop: false, next: begun };
      continue;
    }
    const taken =
      hasRoom({ ...vm, files }, world.rules, world.now()) &&
      (await takeFirst(vm, world, { replaces: closed, isTold: caller.asksAgain }));
    const begun = taken && caller.asksAgain && (await beginTaken(taken, world));
    if (begun) return { vmName: name, stop: false, next: begun };
    if (taken) continue;
    if (vm.files.length > 0 && closed) {
      await unlistFromVm(name, closed, world);
      continue;
    }
    if (staysOn(vm, caller, world)) return { vmName: name, stop: false, next: null };
    const why = vm.disabled
      ? 'it is disabled, and has worked off its files'
      : 'it lists nothing, and nothing that it can take waits';
    if (await stop(vm, why, caller.writer, world)) return { vmName: name, stop: true, next: null };
  }
}

/** Whether a VM that lists nothing is left on for now. */
export function staysOn(vm: Vm, caller: Pick<Caller, 'asksAgain'>, world: World): boolean {
  if (vm.state !== 'running') return true;
  if (vm.maintenanceUntil > world.now()) return true;
  return caller.asksAgain && !vm.disabled && world.now() - vm.idleSince < world.rules.idleMsMax;
}
