import { AppError } from './errors.ts';
import { foundRunning } from './power.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/**
 * Greets a VM that calls: makes it `running` where it was not known to be; a call never revives `stopping`. Throws `not_in_pool`
 * for a name that no row has.
 */
export async function greet(vmName: string, world: World): Promise<Vm> {
  for (let vm = await readOfPool(vmName, world); ; vm = await readOfPool(vmName, world)) {
    if (vm.state === 'stopping' || (vm.state === 'running' && vm.failedStarts === 0)) return vm;
    const running = vm.state === 'running' ? vm : foundRunning(vm, world.now());
    const written = await world.pool.write({ ...running, failedStarts: 0 });
    if (written) return written;
  }
}

/**
 * Notes that a VM has spoken, and whether it named its job. Only what was found to be true is a word: a refused call must not make a
 * script's VM pass for one that names its jobs.
 */
export async function hear(vm: Vm, namesJobs: boolean, world: World): Promise<void> {
  await world.pool.hear(vm.name, { at: world.now(), namesJobs });
}

/** A VM of the pool by name. Throws `not_in_pool` if there is none, or none any more. */
export async function readOfPool(vmName: string, world: World): Promise<Vm> {
  const vm = await world.pool.read(vmName);
  if (vm) return vm;
  throw new AppError('not_in_pool', `${vmName} is not a VM of the pool: no row in tblvm has its name`);
}
