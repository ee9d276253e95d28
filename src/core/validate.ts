import * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';

/** A value that fits, or every problem with it: where, and what is wrong, but never the value itself. */
export type Validated<T> = { value: T; problems?: never } | { value?: never; problems: Problem[] };

export interface Problem {
  /** The path into the value, such as `guests.profile.command`. */
  where: string;
  what: string;
}

/** Holds a value against a schema. */
export function validate<S extends z.ZodMiniType>(schema: S, value: unknown): Validated<z.output<S>> {
  const parsed = z.safeParse(schema, value, { error: english().localeError });
  if (parsed.success) return { value: parsed.data };
  return {
    problems: parsed.error.issues.map((issue) => ({ where: issue.path.join('.'), what: issue.message })),
  };
}
