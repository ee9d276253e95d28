import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { AppError, isAppError } from '../core/errors.ts';
import { secureUrl } from '../core/secure-url.ts';
import { printable } from './config-file.ts';
import { describeIssue, sayIssue } from './describe-issue.ts';
import { messageOf } from './message-of.ts';

/** The blob in the container `config` that the deployment writes for the agents. */
export const accessBlob = 'access.json';

/** How the functions are reached. It is a secret, held in memory only. */
export interface Access {
  /** Base of the functions, such as `https://pool.example/api`. */
  endpoint: string;
  functionKey: string | undefined;
  /** For whom the tokens of the VM's identity are; undefined = none is sent. */
  audience: string | undefined;
}

/** What is not known here is of a newer deployment, and passed over. */
const accessFile = z.object({
  endpoint: secureUrl,
  functionKey: z.optional(printable),
  audience: z.optional(printable),
});

/** Reads the text of the blob. Throws `misconfigured` with every problem, by the names of properties and never with a value. */
export function parseAccess(text: string): Access {
  const result = accessFile.safeParse(parse(text), { error: sayIssue });
  if (!result.success)
    throw new AppError(
      'misconfigured',
      result.error.issues.map((issue) => describeIssue(issue, 'its content')).join('; '),
    );
  const { endpoint, functionKey, audience } = result.data;
  return { endpoint: endpoint.replace(/\/+$/, ''), functionKey, audience };
}

/** The access that an agent holds. */
export interface HeldAccess {
  /** It is read at the first call; a failure is not kept. */
  get(): Promise<Access>;
  /** The access to go on with after the functions did not take `refused`: it is read again, unless somebody else has done so. */
  renew(refused: Access): Promise<Access>;
}

/**
 * Holds the access that `read` reads as a text (undefined = there is none), one reading at a time for all callers. Errors are
 * `AppError`s that name the blob. The first reading may find it missing or wrong (`misconfigured`): whoever asks for work asks
 * again, since a deployment may come late. A later one says `unavailable`, which passes, so that no report is given up for it.
 */
export function holdAccess(container: string, read: () => Promise<string | undefined>): HeldAccess {
  let held: Access | undefined;
  let reading: Promise<Access> | undefined;

  async function load(): Promise<Access> {
    const before = held;
    try {
      const text = await read();
      if (text === undefined) throw new AppError('misconfigured', 'it is not there');
      const found = parseAccess(text);
      // The same object where nothing has changed, by which the caller sees that.
      held = before && isDeepStrictEqual(found, before) ? before : found;
      return held;
    } catch (error) {
      if (!isAppError(error)) throw error;
      const { retryAfterMs } = error;
      throw new AppError(
        before ? 'unavailable' : error.code,
        `the blob ${accessBlob} in the container ${container} cannot be used: ${messageOf(error)}. ` +
          'The deployment writes it; the identity of this VM needs to read it (Storage Blob Data Reader there)',
        { cause: error, ...(retryAfterMs !== undefined && { retryAfterMs }) },
      );
    }
  }

  function loadOnce(): Promise<Access> {
    reading ??= load().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  return {
    get: async () => held ?? (await loadOnce()),
    renew: async (refused) => (held && held !== refused ? held : await loadOnce()),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is not understood of it would stand in the error, and may be the key.
    throw new AppError('misconfigured', 'it is not JSON');
  }
}
