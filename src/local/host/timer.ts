import { setTimeout as sleep } from 'node:timers/promises';
import type { Invoke } from './invoke.ts';
import type { Running } from './poll.ts';
import type { TypedData } from './rpc.ts';
import type { Schedule } from './schedule.ts';
import type { LoadedFunction, TimerTrigger } from './trigger.ts';

/** A run that begins this much after its time is told so. */
const lateMs = 1000;
/** Schedules that are due more often than this have no monitor in the real host, and so no status. */
const monitoredMsMin = 60_000;
/** What the real host gives as the last run before the first one. */
const never = Date.parse('0001-01-01T00:00:00Z');
const sleepMsMax = 2 ** 31 - 1;

/**
 * Runs a function whenever its schedule is due, never twice at once: times that pass during a run are made up for by one
 * run right after it. A failed run is not repeated. Unlike the real host it keeps no record of runs that were missed while
 * it was down.
 */
export function startTimer(
  called: LoadedFunction,
  { runOnStartup, useMonitor }: TimerTrigger,
  schedule: Schedule,
  invoke: Invoke,
): Running {
  const stopped = new AbortController();
  const done = run().catch((error) => {
    if (!stopped.signal.aborted) throw error;
  });

  async function run(): Promise<void> {
    const first = schedule.next(Date.now());
    const second = first && schedule.next(first);
    const isMonitored = useMonitor && first && second && second - first >= monitoredMsMin;
    let last = never;
    let due = runOnStartup ? Date.now() : first;
    while (due !== undefined) {
      await sleepUntil(due, stopped.signal);
      const begun = Date.now();
      const status = isMonitored ? { last, next: due } : undefined;
      await invoke(called, timerInfo(begun - due >= lateMs, status), {});
      last = begun;
      due = schedule.next(Math.max(begun, due));
    }
  }

  return {
    async stop() {
      stopped.abort();
      await done;
    },
  };
}

async function sleepUntil(time: number, signal: AbortSignal): Promise<void> {
  for (let ms = time - Date.now(); ms > 0; ms = time - Date.now())
    await sleep(Math.min(ms, sleepMsMax), undefined, { signal });
}

/** What the function gets: `TimerInfo` of azure-webjobs-sdk-extensions as JSON; the library lower-cases the first letters. */
function timerInfo(isPastDue: boolean, status: { last: number; next: number } | undefined): TypedData {
  const iso = (time: number) => new Date(time).toISOString();
  return {
    json: JSON.stringify({
      Schedule: { AdjustForDST: true },
      ScheduleStatus: status && {
        Last: iso(status.last),
        Next: iso(status.next),
        LastUpdated: iso(status.last),
      },
      IsPastDue: isPastDue,
    }),
  };
}
