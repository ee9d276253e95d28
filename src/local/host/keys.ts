import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';

export type AuthLevel = 'anonymous' | 'function' | 'admin';

/** Keys by function name; `_default` opens every function, `_master` the ones of level admin too. */
export type Keys = Readonly<Record<string, string>>;

const schema = z.record(z.string(), z.string().check(z.minLength(1)));

/**
 * Takes the keys, a JSON object, out of the environment: in Azure they are not in the app's settings either. None if the
 * variable is not set; throws if it has another form.
 */
export function takeKeys(env: NodeJS.ProcessEnv): Keys {
  const text = env.ROUSE_LOCAL_KEYS;
  delete env.ROUSE_LOCAL_KEYS;
  if (text === undefined) return {};
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new Error('ROUSE_LOCAL_KEYS must be a JSON object of function names and keys');
  }
}

/** Whether a caller with this key may call a function of this level. */
export function isAllowed(
  level: AuthLevel,
  functionName: string,
  given: string | undefined,
  keys: Keys,
): boolean {
  if (level === 'anonymous') return true;
  if (given === undefined) return false;
  const fitting = level === 'admin' ? [keys._master] : [keys[functionName], keys._default, keys._master];
  return fitting.some((key) => key !== undefined && sameKey(key, given));
}

/** Compares in a time that tells nothing about where the keys differ. */
function sameKey(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
