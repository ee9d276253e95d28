import { AppError } from './errors.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/**
 * Hears a VM's call: notes that it has spoken, and makes it `running` where it was not known to be; a call never revives
 * `stopping`. Throws `not_in_pool` for a name that no row has.
 */
export async function greet(vmName: string, namesJobs: boolean, world: World): Promise<Vm> {
  const known = await world.pool.read(vmName);
  if (!known)
    throw new AppError('not_in_pool', `${vmName} is not a VM of the pool: no row in tblvm has its name`);
  await world.pool.hear(known.name, { at: world.now(), namesJobs });
  for (let vm: Vm | undefined = known; vm; vm = await world.pool.read(vmName)) {
    if (vm.state === 'running' || vm.state === 'stopping') return vm;
    const written = await world.pool.write(runningNow(vm, world.now()));
    if (written) return written;
  }
  throw new AppError('not_in_pool', `${vmName} is no longer in the pool: its row in tblvm was deleted`);
}

/** A row whose VM was found to be running. */
export function runningNow(vm: Vm, now: number): Vm {
  return { ...vm, state: 'running', stateAt: now, failedStarts: 0, idleSince: now };
}
