import { describe, expect, it } from 'vitest';
import { repeat } from '../../src/agent/repeat.ts';
import { AppError } from '../../src/core/errors.ts';

/** How long a step that always fails in this way is waited for between its tries. */
async function pausesAfter(error: Error): Promise<number[]> {
  const pauses: number[] = [];
  const world = {
    random: () => 0,
    log: () => {},
    async sleep(ms: number) {
      pauses.push(ms);
    },
  };
  const options = { what: 'step', triesMax: 5, pauseMsMax: 5000, mayPass: () => true };
  const failing = repeat(() => Promise.reject(error), options, new AbortController().signal, world);
  await expect(failing).rejects.toBe(error);
  return pauses;
}

const throttled = (retryAfterMs?: number) => new AppError('throttled', 'later', { retryAfterMs });

describe('a step that is tried again', () => {
  it('waits longer each time', async () => {
    expect(await pausesAfter(new AppError('unavailable', 'no answer'))).toEqual([1000, 2000, 4000, 5000]);
  });

  it('waits as long as it is told to', async () => {
    expect(await pausesAfter(throttled(60_000))).toEqual([60_000, 60_000, 60_000, 60_000]);
  });

  it('asks again all the same where it is told to wait for hours', async () => {
    expect(await pausesAfter(throttled(86_400_000))).toEqual([600_000, 600_000, 600_000, 600_000]);
  });

  it('never asks without a pause, also where it is told to ask at once', async () => {
    expect(await pausesAfter(throttled(0))).toEqual([1000, 1000, 1000, 1000]);
  });

  it('does not wait for what is no error of operation', async () => {
    expect(await pausesAfter(new TypeError('x'))).toEqual([]);
  });
});
