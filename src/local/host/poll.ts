import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, type Log } from './log.ts';

/** Something that goes on until it is stopped. */
export interface Running {
  /** Begins nothing more, and resolves when what was begun has ended. Once more is fine. */
  stop(): Promise<void>;
}

/**
 * Calls `poll` again and again, never twice at once. It returns how long to wait (ms). When it fails, that is logged, the
 * same failure once, and it is called again after `errorMs`.
 */
export function startPolling(
  title: string,
  poll: (stopped: AbortSignal) => Promise<number>,
  errorMs: number,
  log: Log,
): Running {
  const stopped = new AbortController();
  let failure = '';

  async function pollOnce(): Promise<number> {
    try {
      const waitMs = await poll(stopped.signal);
      failure = '';
      return waitMs;
    } catch (error) {
      const description = describeError(error);
      if (description !== failure) log('Host', 'warning', `${title}: ${description}`);
      failure = description;
      return errorMs;
    }
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      const waitMs = await pollOnce();
      // Rejects when it is stopped, and for nothing else.
      await sleep(waitMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
  }

  const done = run();
  return {
    async stop() {
      stopped.abort();
      await done;
    },
  };
}
