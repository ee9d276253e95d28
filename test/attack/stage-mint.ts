import type { IdentityEndpoint } from '../../src/local/identity.ts';
import { type Claims, type Mint, secondsFromNow } from './mint.ts';
import { bearers } from './stage-bearers.ts';
import type { KeyService } from './stage-keys.ts';

/** The application that is attacked. */
export const audience = 'api://rouse';

/** What tokens are made with on a stage: the keys of its identity endpoint. */
export function mintOf(identity: IdentityEndpoint, keyService: KeyService): Mint {
  const { tenantId, authority } = identity;
  return {
    tenantId,
    authority,
    audience,
    claims: (of, version) => ({
      ...claimsIn(identity.token(bearers[of], audience, version)),
      iat: secondsFromNow(0),
      nbf: secondsFromNow(0),
      exp: secondsFromNow(24 * 60 * 60),
    }),
    sign: (claims, header) => identity.forge(claims, header),
    second: keyService.second,
    stranger: keyService.stranger,
    published: () => identity.jwks(),
  };
}

function claimsIn(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
