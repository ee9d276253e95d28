import { randomBytes } from 'node:crypto';
import type { JSONWebKeySet, JWTPayload } from 'jose';
import { makeKey, type SigningKey } from './signing-key.ts';

/** A managed identity. */
export interface Identity {
  /** Object id of its service principal. */
  principalId: string;
  clientId: string;
  /** ARM id of the VM (system-assigned) or of the identity itself (user-assigned). */
  resourceId?: string;
}

/** Which of its two forms of tokens Entra gives; the application that they are for chooses. */
export type TokenVersion = '1.0' | '2.0';

/** Signs access tokens for one tenant, with keys of its own. */
export interface Signer {
  /** Of tokens of version 1.0. */
  issuer: string;
  /** The keys that tokens were or are signed with; another object after each rotation. */
  jwks(): JSONWebKeySet;
  /** A token of this identity for this audience, and when it expires (s since the epoch). */
  sign(identity: Identity, audience: string, version?: TokenVersion): { token: string; expiresOn: number };
  /** Signs just these claims, under a header with these changes, whatever they are: also what Entra would never sign. */
  forge(claims: object, header?: object): string;
  /** From now on signs with a new key. The ones before stay published. */
  rotate(): Promise<void>;
}

/** As long as Azure's tokens for managed identities live. */
const lifetimeSeconds = 24 * 60 * 60;

/** Makes a key pair and what signs with it. `authority`: the origin at which the tenant's keys are published. */
export async function makeSigner(tenantId: string, authority: string): Promise<Signer> {
  let key: SigningKey = await makeKey();
  let jwks: JSONWebKeySet = { keys: [key.jwk] };
  const issuer = `https://sts.windows.net/${tenantId}/`;
  const issuers = { '1.0': issuer, '2.0': `${authority}/${tenantId}/v2.0` };
  return {
    issuer,
    jwks: () => jwks,
    sign(identity, audience, version = '1.0') {
      const iat = Math.floor(Date.now() / 1000);
      const exp = iat + lifetimeSeconds;
      const times = { iat, nbf: iat, exp };
      const about = claimsOf(identity, tenantId, version, issuer);
      return {
        token: key.sign({ iss: issuers[version], aud: audience, ...times, ...about }),
        expiresOn: exp,
      };
    },
    forge: (claims, header) => key.sign(claims, header),
    async rotate() {
      key = await makeKey();
      jwks = { keys: [...jwks.keys, key.jwk] };
    },
  };
}

/**
 * The claims that tell who an application is
 * (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference). `xms_mirid` is not in that
 * list; Azure adds it for managed identities.
 */
function claimsOf(identity: Identity, tenantId: string, version: TokenVersion, idp: string): JWTPayload {
  const { principalId, clientId, resourceId } = identity;
  return {
    ...(version === '1.0' ? { appid: clientId, appidacr: '2' } : { azp: clientId, azpacr: '2' }),
    idp,
    idtyp: 'app',
    oid: principalId,
    sub: principalId,
    tid: tenantId,
    uti: randomBytes(16).toString('base64url'),
    ver: version,
    ...(resourceId !== undefined && { xms_mirid: resourceId }),
  };
}
