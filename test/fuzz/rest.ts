import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Box } from '../../src/local/box.ts';
import { type TestWorld, until } from '../e2e/box.ts';
import { differences, type Everything, snapshotOf } from './snapshot.ts';

/** Ticks of the watchdog so far, as the host's log tells. */
function ticksOf({ folder }: Box): number {
  return (
    readFileSync(join(folder.logs, 'host.log'), 'utf8').match(/funcTimerWatchdog \w+ succeeded/g)?.length ?? 0
  );
}

/** Waits until the watchdog has looked so many more times, each time at what is there by then. */
export async function ticksPass(box: Box, ticks: number): Promise<void> {
  // One that is under way has looked already.
  const wanted = ticksOf(box) + 1 + ticks;
  await until('the watchdog looks', async () => ticksOf(box) >= wanted);
}

/** Waits until two looks some ticks apart see the same, and returns what that is. */
export async function comeToRest(world: TestWorld): Promise<Everything> {
  let last = await snapshotOf(world);
  let changed: string[] = [];
  for (let tries = 0; tries < 20; tries++) {
    await ticksPass(world, 1);
    const next = await snapshotOf(world);
    changed = differences(last, next);
    if (changed.length === 0) return next;
    last = next;
  }
  throw new Error(`the world does not come to rest: ${changed.join('\n')}`);
}
