import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { AppError } from '../core/errors.ts';

/** In the background, so that nobody waits for it; a key that is withdrawn is believed no longer than that while Entra can be reached. */
const freshMsMax = 60 * 60_000;
/** Beyond that no key is believed. */
const keptMsMax = 24 * 60 * 60_000;
/** After a fetch that found no such key the next is made no sooner: whoever makes key ids up has none fetched in a row. */
const againMsMin = 30_000;
/** The same after one that failed. */
const pauseMs = 1000;
const fetchMsMax = 5000;

/**
 * The keys that a tenant publishes at an address, for `jwtVerify`: fetched when they are first needed, and again for a key id that is
 * not among them. Throws `unavailable` where they are not to be had, which says nothing about a token.
 */
export function tenantKeys(url: URL): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, {
    cacheMaxAge: keptMsMax,
    cooldownDuration: againMsMin,
    timeoutDuration: fetchMsMax,
  });
  let triedAt = Date.now();
  let failed: { error: AppError; at: number } | undefined;

  function refresh(): void {
    if (!keys.fresh || Date.now() - triedAt < freshMsMax) return;
    triedAt = Date.now();
    // What goes wrong is told when the old keys serve no longer.
    keys.reload().catch(() => undefined);
  }

  return async (header, token) => {
    refresh();
    const isKnown = keys.fresh && keys.jwks()?.keys.some(({ kid }) => kid === header.kid);
    if (!isKnown && failed && Date.now() - failed.at < pauseMs) throw failed.error;
    try {
      return await keys(header, token);
    } catch (error) {
      if (saysNo(error)) throw error;
      const unavailable = new AppError('unavailable', `the tenant's keys are not to be had: ${error}`, {
        cause: error,
      });
      failed = { error: unavailable, at: Date.now() };
      throw unavailable;
    }
  };
}

/** Whether the keys were there, and none of them is the token's. */
function saysNo(error: unknown): boolean {
  const types = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
  return types.some((type) => error instanceof type);
}
