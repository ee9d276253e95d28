import assert from 'node:assert';
import { AppError, isAppError } from './errors.ts';
import type { LogWriter } from './log.ts';
import { lateMsMax } from './rules.ts';
import { moveVm, type Vm } from './vm.ts';
import type { World } from './world.ts';

/** A role that is missing takes time to spread; a VM that ARM does not know may never be one. */
const hopelessMs = 10 * 60_000;

/**
 * Stops a VM that lists nothing: writes `stopping`, then calls deallocate once. The write is conditional, so that a file
 * that is listed at the same moment wins or is sent elsewhere. Returns false if another write came first.
 */
export async function stop(vm: Vm, why: string, writer: LogWriter, world: World): Promise<boolean> {
  assert(vm.files.length === 0, `${vm.name} lists files and cannot be stopped`);
  const stopping = await world.pool.write({
    ...moveVm(vm, 'stopping', world.now()),
    deallocateAfter: 0,
  });
  if (!stopping) return false;
  const failure = await deallocate(stopping, world);
  const pauseMs = failure ? pauseMsAfter(failure) : 0;
  if (pauseMs > 0) await world.pool.write({ ...stopping, deallocateAfter: world.now() + pauseMs });
  await world.log({
    writer,
    level: failure ? 'error' : 'info',
    event: failure ? 'stop-failed' : 'stopping',
    message: failure
      ? `${vm.name} could not be deallocated: ${failure.message} (${failure.code}); the watchdog will repeat it`
      : `${vm.name} is being stopped: ${why}`,
    vmName: vm.name,
    at: world.now(),
  });
  return true;
}

/**
 * A late call could hit a VM that has been started again since: so it is made only while the row cannot have left
 * `stopping`, and never repeated but by a new `stopping` of the watchdog. Returns what went wrong.
 */
async function deallocate(vm: Vm, world: World): Promise<AppError | undefined> {
  if (world.now() - vm.stateAt >= lateMsMax(world.rules))
    return new AppError('unavailable', 'the call came too late, and was not made');
  try {
    await world.machines.deallocate(vm);
    return undefined;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return error;
  }
}

/** How long the call is not repeated: as ARM asks, or as long as it takes people to change something. */
function pauseMsAfter({ code, retryable, retryAfterMs }: AppError): number {
  return retryAfterMs ?? (retryable && code !== 'no_permission' ? 0 : hopelessMs);
}
