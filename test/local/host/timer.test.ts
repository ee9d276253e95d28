import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Running } from '../../../src/local/host/poll.ts';
import type { TypedData } from '../../../src/local/host/rpc.ts';
import type { Schedule } from '../../../src/local/host/schedule.ts';
import { startTimer } from '../../../src/local/host/timer.ts';
import type { LoadedFunction, TimerTrigger } from '../../../src/local/host/trigger.ts';

let timer: Running | undefined;
afterEach(() => timer?.stop());

const trigger: TimerTrigger = { type: 'timer', schedule: '', runOnStartup: false, useMonitor: true };
const called: LoadedFunction = {
  name: 'tick',
  bindingName: 'timer',
  trigger,
  metadata: { name: 'tick', bindings: {} },
  handler: () => undefined,
};
const every = (ms: number): Schedule => ({ next: (after) => (Math.floor(after / ms) + 1) * ms });

interface TimerInfo {
  IsPastDue: boolean;
  ScheduleStatus?: { Last: string; Next: string };
}

/** Starts a timer whose runs take until they are released. */
function start(schedule: Schedule, options: Partial<TimerTrigger> = {}) {
  const runs: { info: TimerInfo; release(): void }[] = [];
  timer = startTimer(called, { ...trigger, ...options }, schedule, (_called, input: TypedData) => {
    return new Promise((resolve) => {
      runs.push({ info: JSON.parse(input.json ?? ''), release: () => resolve({ response: {} }) });
    });
  });
  return runs;
}

const have = (runs: unknown[], count: number) =>
  vi.waitFor(() => expect(runs).toHaveLength(count), { timeout: 5000, interval: 5 });

describe('a timer', () => {
  it('runs when it is due, and again', async () => {
    const runs = start(every(50));
    await have(runs, 1);
    runs[0]?.release();
    await have(runs, 2);
    expect(runs[1]?.info).toEqual({ Schedule: { AdjustForDST: true }, IsPastDue: false });
    runs[1]?.release();
  });

  it('never overlaps itself, and makes up for what passed with one run that is told to be late', async () => {
    const dues = [100, 400, 700, 1000, 300_000].map((ms) => Date.now() + ms);
    const runs = start({ next: (after) => dues.find((due) => due > after) });
    await have(runs, 1);
    // Until three more have passed, the first of them by more than the second that makes a run late.
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan((dues[1] ?? 0) + 1100), { timeout: 5000 });
    expect(runs).toHaveLength(1);
    runs[0]?.release();
    await have(runs, 2);
    expect(runs.map(({ info }) => info.IsPastDue)).toEqual([false, true]);
    runs[1]?.release();
    await timer?.stop();
    expect(runs).toHaveLength(2);
  });

  it('runs at the start if it is to, and knows when it ran if it is due seldom', async () => {
    const runs = start(every(3_600_000), { runOnStartup: true });
    await have(runs, 1);
    expect(runs[0]?.info.ScheduleStatus?.Last).toBe('0001-01-01T00:00:00.000Z');
    runs[0]?.release();
  });

  it('when stopped, waits for its run and begins no other', async () => {
    const runs = start(every(50));
    await have(runs, 1);
    let isStopped = false;
    const stopping = timer?.stop().then(() => {
      isStopped = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(false);
    runs[0]?.release();
    await stopping;
    expect(runs).toHaveLength(1);
  });
});
