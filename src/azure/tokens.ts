import { errors, jwtVerify } from 'jose';
import type { VerifyToken } from '../core/callers.ts';
import { AppError } from '../core/errors.ts';
import { tenantKeys } from './tenant-keys.ts';

export interface TokenOptions {
  /** The application that tokens are asked for, such as `api://…`, or `https://management.azure.com/`. */
  audience: string;
  tenantId: string;
  /** Of Microsoft Entra, where it is not the public cloud's. */
  authority: string;
}

/** Longer than clocks differ, and shorter than matters. */
const leewaySeconds = 60;

/**
 * Verifies the access tokens of one tenant, of version 1 and 2
 * (https://learn.microsoft.com/entra/identity-platform/access-tokens, "Validate tokens").
 */
export function tokenVerifier({ audience, tenantId, authority }: TokenOptions): VerifyToken {
  const origin = authority.replace(/\/+$/, '');
  const keys = tenantKeys(new URL(`${origin}/${tenantId}/discovery/v2.0/keys`));
  const options = {
    // The only one that Entra signs with. What the token itself says of its algorithm or its key decides nothing.
    algorithms: ['RS256'],
    issuer: issuersOf(tenantId, origin),
    audience: audiencesOf(audience),
    clockTolerance: leewaySeconds,
    requiredClaims: ['exp', 'oid', 'tid'],
  };
  return async (token) => {
    const { payload } = await jwtVerify(token, keys, options).catch((error: unknown) => {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw new AppError('not_proven', `its token is not valid: ${reasonOf(error)}`, { cause: error });
    });
    const { oid, tid, xms_mirid: resourceId } = payload;
    if (typeof tid !== 'string' || tid.toLowerCase() !== tenantId.toLowerCase())
      throw new AppError('not_proven', 'its token is not of this tenant');
    if (typeof oid !== 'string' || oid === '')
      throw new AppError('not_proven', 'its token names no principal');
    if (resourceId !== undefined && typeof resourceId !== 'string')
      throw new AppError('not_proven', 'its token names no resource in xms_mirid');
    return { principalId: oid, resourceId };
  };
}

/** What is wrong, with the value where it is one of the token's claims: those are looked at last, when its signature is known to be right. */
function reasonOf(error: errors.JOSEError): string {
  if (!(error instanceof errors.JWTClaimValidationFailed)) return error.message;
  const { claim, message, payload } = error;
  return claim in payload ? `${message}, ${JSON.stringify(payload[claim])}` : message;
}

/** Version 1 has the token service's name (another in China), version 2 the authority's. */
function issuersOf(tenantId: string, authority: string): string[] {
  return [
    `https://sts.windows.net/${tenantId}/`,
    `https://sts.chinacloudapi.cn/${tenantId}/`,
    `${authority}/${tenantId}/v2.0`,
  ];
}

/**
 * What stands in a token that was asked for this audience. A URL is written with and without its last slash; for `api://{client id}` tokens of version 2 have the
 * bare client id (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference, `aud`).
 */
function audiencesOf(audience: string): string[] {
  const name = audience.replace(/\/+$/, '');
  const clientId = /^api:\/\/([^/]+)$/.exec(name)?.[1];
  return [name, `${name}/`, ...(clientId === undefined ? [] : [clientId])];
}
