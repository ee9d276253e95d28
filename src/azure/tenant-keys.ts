import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { AppError } from '../core/errors.ts';

/** From this age on they are fetched anew with the next token, in the background, so that nobody waits for it. */
const freshMsMax = 60 * 60_000;
/** Beyond that no key is believed, also one that is withdrawn. */
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
    keys.reload().catch(() => {
      triedAt = Date.now() - freshMsMax + againMsMin;
    });
  }

  return async (header, token) => {
    refresh();
    const isKnown = keys.fresh && keys.jwks()?.keys.some(({ kid }) => kid === header.kid);
    // Known keys serve in the pause, which made-up key ids would else turn against all.
    if (!isKnown && failed && Math.abs(Date.now() - failed.at) < pauseMs) throw failed.error;
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
