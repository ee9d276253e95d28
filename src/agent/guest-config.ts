import * as z from 'zod/mini';
import { isAction } from '../core/metadata.ts';
import { splitCommand } from './command.ts';
import { isVariable } from './guest-environment.ts';

const command = z.pipe(
  z.union([z.string(), z.array(z.string())]),
  z.transform((given, context) => {
    try {
      const items = typeof given === 'string' ? splitCommand(given) : given;
      if (items[0]) return items;
      context.issues.push({ code: 'custom', message: 'names no program', input: given });
    } catch (error) {
      context.issues.push({ code: 'custom', message: (error as Error).message, input: given });
    }
    return z.NEVER;
  }),
);

/** The name of an action, as in a blob's metadata. */
export const action = z
  .string()
  .check(z.refine(isAction, 'an action is 1 to 63 of the characters a to z, 0 to 9 and -'));

/** A length of time in seconds; fractions are fine. */
export const seconds = z.number().check(z.positive());

/** One guest program, as it stands in the configuration file. */
export const guestConfig = z.strictObject({
  command,
  extension: z._default(
    z
      .string()
      .check(z.regex(/^(\.[A-Za-z0-9]{1,16})?$/, 'an extension is a dot and up to 16 letters or digits')),
    '',
  ),
  workingFolder: z.optional(z.string().check(z.minLength(1))),
  timeLimitSeconds: z.optional(seconds),
  environment: z._default(
    z.array(z.string().check(z.refine(isVariable, "NAME or NAME=value, and none of the agent's own"))),
    ['PATH', 'LANG', 'TZ', 'TMPDIR', 'TEMP', 'TMP', 'PATHEXT'],
  ),
  next: z.optional(action),
  permanentExitCodes: z._default(z.array(z.int().check(z.minimum(1), z.maximum(255))), []),
  console: z._default(
    z.strictObject({
      files: z._default(z.int().check(z.positive()), 5),
      bytes: z._default(z.int().check(z.positive()), 1024 * 1024),
    }),
    { files: 5, bytes: 1024 * 1024 },
  ),
});
