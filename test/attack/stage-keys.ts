import type { IdentityEndpoint } from '../../src/local/identity.ts';
import { compact, type Mint, withRsa } from './mint.ts';
import { publicJwk, type SpareKeys } from './spare-keys.ts';

/** What is said to be wrong in an outage, and must not be answered. */
export const outage = 'account key 123 of AppError';

/** The keys of the tenant on their way to the app, and the clock by which the app keeps them. */
export interface KeyService {
  state: 'up' | 'down';
  /** Fetches that came to nothing. */
  failedFetches: number;
  /** How much the app's clock is ahead, as far as it counts how old keys are; it does not tell when a token ends. */
  skewMs: number;
  second: Mint['second'];
  stranger: Mint['stranger'];
  /** To be called after each rotation. */
  publish(): void;
}

/** Comes between the app and the tenant's keys. */
export function interceptKeys(identity: IdentityEndpoint, spare: SpareKeys): KeyService {
  const second = publicJwk(spare.second, 'second');
  const stranger = publicJwk(spare.stranger, 'stranger');

  /** As Entra does: no key says for which algorithm it is, which would decide what the app must decide by itself. */
  function publish(): void {
    const { keys } = identity.jwks();
    if (!keys.some(({ kid }) => kid === second.kid)) keys.push(second);
    for (const key of keys) delete key.alg;
  }
  publish();

  const service: KeyService = {
    state: 'up',
    failedFetches: 0,
    skewMs: 0,
    second: { kid: second.kid, key: spare.second },
    stranger: {
      jwk: stranger,
      sign: (claims, header) =>
        compact(
          { alg: 'RS256', typ: 'JWT', kid: stranger.kid, ...header },
          claims,
          withRsa(spare.stranger, 'RS256'),
        ),
    },
    publish,
  };
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    if (service.state === 'up') return fetch(input, init);
    service.failedFetches += 1;
    return new Response(outage, { status: 500 });
  };
  const { now } = Date;
  Date.now = () => now() + service.skewMs;
  return service;
}
