import { generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';

/** A key pair of an issuer. */
export interface SigningKey {
  /** Its public half, as it is published. */
  jwk: JWK;
  /** Signs with RS256 whatever header and claims say, so that tests can have a genuine signature under nonsense. */
  sign(claims: object, header?: object): string;
}

export async function makeKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return {
    jwk: { ...jwk, kid, use: 'sig', alg: 'RS256' },
    sign: (claims, header) => signed({ alg: 'RS256', typ: 'JWT', kid, ...header }, claims, privateKey),
  };
}

/** JWS compact serialization (RFC 7515, 7.1). By hand, because libraries refuse to sign what no verifier should take. */
function signed(header: object, claims: object, key: KeyObject): string {
  const content = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
}
