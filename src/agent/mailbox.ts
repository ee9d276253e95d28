import { isAppError } from '../core/errors.ts';
import { peekFor } from '../core/search.ts';
import type { AgentWorld } from './world.ts';

/** What looks at the queue for one VM. */
export interface Mailbox {
  /** Whether there is a message that was not there before. It is no truth but a hint, so no answer is a no. */
  hasNew(): Promise<boolean>;
}

/**
 * Opens a mailbox. Each message counts once: one that brought no file, because its job has ended, may stand in the queue
 * for minutes until the watchdog clears it.
 */
export function openMailbox(vmName: string, world: Pick<AgentWorld, 'peek' | 'log' | 'now'>): Mailbox {
  let known = new Set<string>();
  let isFailing = false;
  /** A throttled queue is left alone for as long as it asks: the functions are asked anyway. */
  let quietUntil = 0;
  return {
    async hasNew() {
      if (world.now() < quietUntil) return false;
      try {
        const messages = await peekFor(vmName, world);
        const keys = messages.map(({ jobId, attempt }) => `${jobId}.${attempt}`);
        const isNew = keys.some((key) => !known.has(key));
        known = new Set(keys);
        isFailing = false;
        return isNew;
      } catch (error) {
        if (!isAppError(error)) throw error;
        quietUntil = world.now() + (error.retryAfterMs ?? 0);
        if (!isFailing) world.log({ event: 'peek-failed', level: 'warning', message: error.message });
        isFailing = true;
        return false;
      }
    },
  };
}
