import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import { refusal } from './refusal.ts';

/** Whose tokens are believed. */
export interface TokenIssuer {
  tenantId: string;
  issuer: string;
  /** Its keys; another object whenever they have changed. */
  jwks(): JSONWebKeySet;
}

/** ARM's own names, with and without the slash at the end. */
const audiences = ['https://management.azure.com', 'https://management.core.windows.net'].flatMap((name) => [
  name,
  `${name}/`,
]);

/** Tells the object id of whoever sent the header `Authorization`; throws the refusal 401 if that proves nobody. */
export type Authorize = (header: string | undefined) => Promise<string>;

export function makeAuthorize({ issuer, jwks }: TokenIssuer): Authorize {
  let known = jwks();
  let keys = createLocalJWKSet(known);
  return async (header) => {
    const [scheme, token] = header?.split(' ') ?? [];
    if (scheme?.toLowerCase() !== 'bearer' || !token) {
      throw unauthorized('AuthenticationFailed', "The 'Authorization' header is missing.");
    }
    if (jwks() !== known) {
      known = jwks();
      keys = createLocalJWKSet(known);
    }
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience: audiences,
        algorithms: ['RS256'],
      });
      return String(payload.oid);
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw unauthorized('InvalidAuthenticationToken', `The access token is invalid: ${error.message}.`);
    }
  };
}

function unauthorized(code: string, message: string) {
  const challenge = 'Bearer authorization_uri="https://login.windows.net/", error="invalid_token"';
  return refusal(401, code, `Authentication failed. ${message}`, { 'www-authenticate': challenge });
}
