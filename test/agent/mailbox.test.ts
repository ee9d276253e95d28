import { describe, expect, it } from 'vitest';
import { openMailbox } from '../../src/agent/mailbox.ts';
import { AppError } from '../../src/core/errors.ts';
import { encodeMessage } from '../../src/core/message.ts';

describe('the mailbox of a VM', () => {
  it('leaves a throttled queue alone for as long as it asks, and says so once', async () => {
    let now = 0;
    let peeks = 0;
    let isThrottled = true;
    const said: string[] = [];
    const message = { vmName: 'vm01', fileName: 'a', action: 'process', jobId: 'x', attempt: 1 };
    const mailbox = openMailbox('vm01', {
      now: () => now,
      log: ({ event }) => void said.push(event),
      peek: async () => {
        peeks += 1;
        if (isThrottled) throw new AppError('throttled', 'busy', { retryAfterMs: 30_000 });
        return [encodeMessage(message)];
      },
    });
    for (; now < 30_000; now += 5000) expect(await mailbox.hasNew()).toBe(false);
    expect(peeks).toBe(1);
    expect(said).toEqual(['peek-failed']);
    isThrottled = false;
    expect(await mailbox.hasNew()).toBe(true);
  });
});
