import { expect, it, vi } from 'vitest';
import { startPolling } from '../../../src/local/host/poll.ts';

it('goes on after a failure, and tells the same one once', async () => {
  const lines: string[] = [];
  const outcomes = ['down', 'down', 'down', '', 'down', 'away'];
  let calls = 0;
  const polling = startPolling(
    'queue work',
    async () => {
      const outcome = outcomes[calls++];
      if (outcome) throw new Error(outcome);
      return 0;
    },
    1,
    (_category, _level, text) => lines.push(text),
  );
  await vi.waitFor(() => expect(calls).toBeGreaterThan(outcomes.length));
  await polling.stop();
  expect(lines.map((line) => line.replace(/ \(at.*/, ''))).toEqual([
    'queue work: Error: down',
    'queue work: Error: down',
    'queue work: Error: away',
  ]);
});

it('does not overlap, and when stopped waits for the call that goes on', async () => {
  let going = 0;
  let most = 0;
  let release = () => {};
  const polling = startPolling(
    'slow',
    async () => {
      most = Math.max(most, ++going);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      going--;
      return 0;
    },
    1,
    () => {},
  );
  await vi.waitFor(() => expect(going).toBe(1));
  release();
  await vi.waitFor(() => expect(going).toBe(1));
  const stopping = polling.stop();
  release();
  await stopping;
  expect([going, most]).toEqual([0, 1]);
});
