import { AppError } from './errors.ts';
import { moveVm, type Vm } from './vm.ts';
import type { World } from './world.ts';

/**
 * Hears a VM's call: notes that it has spoken (if the call counts as a word), and makes it `running` where it was not known to
 * be; a call never revives `stopping`. Throws `not_in_pool` for a name that no row has.
 */
export async function greet(
  vmName: string,
  world: World,
  word: { namesJobs: boolean } | undefined,
): Promise<Vm> {
  const known = await readOfPool(vmName, world);
  if (word) await world.pool.hear(known.name, { at: world.now(), ...word });
  for (let vm = known; ; vm = await readOfPool(vmName, world)) {
    if (vm.state === 'running' || vm.state === 'stopping') return vm;
    const written = await world.pool.write(runningNow(vm, world.now()));
    if (written) return written;
  }
}

/** A VM of the pool by name. Throws `not_in_pool` if there is none, or none any more. */
export async function readOfPool(vmName: string, world: World): Promise<Vm> {
  const vm = await world.pool.read(vmName);
  if (vm) return vm;
  throw new AppError('not_in_pool', `${vmName} is not a VM of the pool: no row in tblvm has its name`);
}

/** A row whose VM was found to be running. */
export function runningNow(vm: Vm, now: number): Vm {
  return { ...moveVm(vm, 'running', now), failedStarts: 0, unavailableUntil: 0, idleSince: now };
}
