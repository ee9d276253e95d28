import { isAppError } from './errors.ts';

/** One turn of the watchdog: what went wrong in it so far, and whether it may go on. */
export interface Turn {
  /** Does something and keeps its error: one VM or file that cannot be tended does not stop the others. Undefined where it failed. */
  attempt<T>(work: () => Promise<T>): Promise<T | undefined>;
  /** Whether there is time left until then (ms since the epoch), and storage has not asked to be left alone. */
  mayGoOn(until: number): boolean;
  errors: readonly unknown[];
}

export function beginTurn(now: () => number): Turn {
  const errors: unknown[] = [];
  return {
    errors,
    attempt: (work) =>
      work().catch((error: unknown) => {
        errors.push(error);
        return undefined;
      }),
    // The caller of a throttled service is who has the time to wait: the next tick is.
    mayGoOn: (until) => now() < until && !errors.some((error) => isAppError(error, 'throttled')),
  };
}
