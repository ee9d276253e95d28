import { app, type InvocationContext, type Timer } from '@azure/functions';
import { collect } from '../core/collect.ts';
import { realCollector, settings } from './app.ts';

/** Collects from the configured sources into `data`. */
export async function funcTimerData(
  _timer: Timer,
  context: InvocationContext,
  world = realCollector,
): Promise<void> {
  const { created, unchanged, failed } = await collect(settings.sources, world);
  context.log(`collected ${created} new, ${unchanged} unchanged, ${failed} failed`);
}

app.timer('funcTimerData', { schedule: '%COLLECT_SCHEDULE%', handler: funcTimerData });
