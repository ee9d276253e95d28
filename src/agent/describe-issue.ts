import type * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';

const { localeError } = english();

/** What to say of a problem where the library has nothing of its own to say. */
export function sayIssue(issue: z.core.$ZodRawIssue): ReturnType<typeof localeError> {
  return issue.input === undefined ? 'is missing' : localeError(issue);
}

/** One line for a problem of a JSON file: where, by the names of its properties, and why; never the value. */
export function describeIssue(issue: z.core.$ZodIssue, whole: string): string {
  const where = issue.path.length > 0 ? issue.path.join('.') : whole;
  const why = issue.code === 'invalid_key' ? issue.issues[0]?.message : issue.message;
  // A name may have a line break in it, or what a terminal obeys.
  return `${where}: ${why}`.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => encodeURIComponent(character));
}
