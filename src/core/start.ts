import { announceCoolDown } from './cool-down.ts';
import { type AppError, isAppError } from './errors.ts';
import type { LogWriter } from './log.ts';
import { refused } from './refused-start.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/**
 * Starts a VM whose row was just written `starting`. The boot is not waited for. A start that fails throws nothing: what its
 * class means is noted on the row, which stays `starting`, and the watchdog repeats the start or gives the files away.
 */
export async function start(vm: Vm, writer: LogWriter, world: World): Promise<void> {
  const failure = await world.machines.start(vm).then(() => undefined, operatingError);
  const row = failure && refused(vm, failure, world.rules, world.now());
  const noted = row && (await world.pool.write(row));
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
  if (noted && noted.failedStarts > vm.failedStarts) await announceCoolDown(noted, world);
}

function operatingError(error: unknown): AppError {
  if (isAppError(error)) return error;
  throw error;
}
