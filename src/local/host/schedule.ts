import { Cron } from 'croner';

/** When a timer is due. */
export interface Schedule {
  /** The first time after this one (both ms since the epoch); undefined if there is none. */
  next(after: number): number | undefined;
}

/**
 * Understands an NCRONTAB expression of 6 fields, or of 5 without seconds, in UTC
 * (https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions). Throws if it is none.
 */
export function parseSchedule(text: string): Schedule {
  const expression = text.trim();
  // Without this check the library would read a date or a nickname.
  if (!/^\S+(\s+\S+){4,5}$/.test(expression))
    throw new Error(`the schedule ${text} is no NCRONTAB expression`);
  const cron = new Cron(expression, {
    mode: '5-or-6-parts',
    timezone: 'Etc/UTC',
    // In NCRONTAB, unlike in cron, both days must fit, and 5/15 is a step from 5.
    domAndDow: true,
    sloppyRanges: true,
  });
  return { next: (after) => cron.nextRun(new Date(after))?.getTime() };
}
