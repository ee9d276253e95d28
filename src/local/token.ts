import { randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose';

/** A managed identity. */
export interface Identity {
  /** Object id of its service principal. */
  principalId: string;
  clientId: string;
  /** ARM id of the VM (system-assigned) or of the identity itself (user-assigned). */
  resourceId?: string;
}

/** Signs access tokens for one tenant, with a key of its own. */
export interface Signer {
  issuer: string;
  jwks: JSONWebKeySet;
  /** A token of this identity for this audience, and when it expires (s since the epoch). */
  sign(identity: Identity, audience: string): Promise<{ token: string; expiresOn: number }>;
}

/** As long as Azure's tokens for managed identities live. */
const lifetimeSeconds = 24 * 60 * 60;

/** Makes a key pair and what signs with it. */
export async function makeSigner(tenantId: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const issuer = `https://sts.windows.net/${tenantId}/`;
  return {
    issuer,
    jwks: { keys: [{ ...jwk, kid, use: 'sig', alg: 'RS256' }] },
    async sign(identity, audience) {
      const now = Math.floor(Date.now() / 1000);
      const expiresOn = now + lifetimeSeconds;
      const token = await new SignJWT(claimsOf(identity, tenantId, issuer))
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(expiresOn)
        .sign(privateKey);
      return { token, expiresOn };
    },
  };
}

/**
 * The claims of version 1.0 that tell who an application is
 * (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference). `xms_mirid` is not in that
 * list; Azure adds it for managed identities.
 */
function claimsOf(identity: Identity, tenantId: string, issuer: string) {
  return {
    appid: identity.clientId,
    appidacr: '2',
    idp: issuer,
    idtyp: 'app',
    oid: identity.principalId,
    sub: identity.principalId,
    tid: tenantId,
    uti: randomBytes(16).toString('base64url'),
    ver: '1.0',
    ...(identity.resourceId === undefined ? {} : { xms_mirid: identity.resourceId }),
  };
}
