import { AppError } from '../core/errors.ts';

/** One time limit over all steps of a call. */
export interface Deadline {
  signal: AbortSignal;
  /** How long it was in all. */
  ms: number;
}

/** Starts the time of a call. */
export function deadlineIn(ms: number): Deadline {
  return { signal: AbortSignal.timeout(ms), ms };
}

/** Waits for a step as long as there is time; the step itself may go on, for others. Throws `unavailable` when time is up. */
export async function inTime<T>(what: string, step: Promise<T>, { signal, ms }: Deadline): Promise<T> {
  const late = new AppError('unavailable', `${what}: none within ${ms / 1000} s`);
  const isLate = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(late);
    signal.addEventListener('abort', () => reject(late), { once: true });
  });
  return await Promise.race([step, isLate]);
}
