import { type AppError, isAppError } from './errors.ts';
import type { LogWriter } from './log.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/**
 * Starts a VM whose row was just written `starting`. The boot is not waited for. A start that fails is logged and
 * throws nothing: the row stays `starting`, and the watchdog, who sees what became of it, repeats it or gives its files away.
 */
export async function start(vm: Vm, writer: LogWriter, world: World): Promise<void> {
  const failure = await world.machines.start(vm).then(() => undefined, operatingError);
  await world.log({
    writer,
    level: failure ? 'error' : 'info',
    event: failure ? 'start-failed' : 'starting',
    message: failure
      ? `${vm.name} could not be started (${failure.code}): ${failure.message}`
      : `${vm.name} is being started`,
    vmName: vm.name,
    at: world.now(),
  });
}

function operatingError(error: unknown): AppError {
  if (isAppError(error)) return error;
  throw error;
}
