import { isAppError } from './errors.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/**
 * Starts a VM whose row was just written `starting`. The boot is not waited for. A start that fails is logged and
 * throws nothing: the row stays `starting`, and the watchdog, who sees what became of it, repeats it or gives its files away.
 */
export async function start(vm: Vm, world: World): Promise<void> {
  const line = { writer: 'Vmselector', vmName: vm.name, at: world.now() } as const;
  try {
    await world.machines.start(vm);
    await world.log({ ...line, level: 'info', event: 'starting', message: `${vm.name} is being started` });
  } catch (error) {
    if (!isAppError(error)) throw error;
    await world.log({
      ...line,
      level: 'error',
      event: 'start-failed',
      message: `${vm.name} could not be started (${error.code}): ${error.message}`,
    });
  }
}
