import { app, type InvocationContext, type Timer } from '@azure/functions';
import { tend } from '../core/tend.ts';
import { realWorld } from './app.ts';

/** Compares what is recorded with what is true and repairs it. */
export async function funcTimerWatchdog(
  _timer: Timer,
  context: InvocationContext,
  world = realWorld,
): Promise<void> {
  const { vms, taken, swept, cleaned, recovered } = await tend(world);
  context.debug(
    `tended ${vms} VMs, gave them ${taken} waiting files, swept up ${swept} files, cleaned ${cleaned} and recovered ${recovered} messages`,
  );
}

app.timer('funcTimerWatchdog', { schedule: '%WATCH_SCHEDULE%', handler: funcTimerWatchdog });
