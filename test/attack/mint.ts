import { constants, createHmac, type KeyObject, sign as signBytes } from 'node:crypto';
import type { JSONWebKeySet, JWK } from 'jose';

export type Claims = Record<string, unknown>;

/** Whose tokens there are. `vm01-rebuilt` is what vm01 has after it was rebuilt; `app` is an application that is no VM. */
export type Bearer = 'vm01' | 'vm01-rebuilt' | 'vm02' | 'app';

/** What tokens are made with, true ones and false ones. */
export interface Mint {
  tenantId: string;
  authority: string;
  audience: string;
  /** The claims that the tenant would put into a token now; times are in s since the epoch. */
  claims(bearer: Bearer, version?: '1.0' | '2.0'): Claims;
  /** With the tenant's key and RS256, whatever header and claims say. */
  sign(claims: Claims, header?: object): string;
  /** A second key of the tenant, which is published as well, and with which more can be signed than the tenant would. */
  second: { kid: string; key: KeyObject };
  /** A key of nobody. */
  stranger: { jwk: JWK; sign(claims: Claims, header?: object): string };
  /** What the tenant publishes. */
  published(): JSONWebKeySet;
}

/** A token as it is given to a bearer, but for some claims; undefined takes one away. */
export function tokenOf(bearer: Bearer, change: Claims = {}, header?: object): (mint: Mint) => string {
  return (mint) => mint.sign({ ...mint.claims(bearer), ...change }, header);
}

/** JWS compact serialization (RFC 7515, 7.1) of anything. */
export function compact(header: object, claims: object, sign: (content: Buffer) => Buffer | string): string {
  const content = [header, claims].map((part) => encoded(JSON.stringify(part))).join('.');
  const signature = sign(Buffer.from(content));
  return `${content}.${typeof signature === 'string' ? signature : signature.toString('base64url')}`;
}

export function encoded(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** With a secret that everybody knows. */
export function withHmac(secret: string | Buffer): (content: Buffer) => Buffer {
  return (content) => createHmac('sha256', secret).update(content).digest();
}

/** With RSA as RFC 7518, 3.3 and 3.5, have it. */
export function withRsa(key: KeyObject, algorithm: 'RS256' | 'RS512' | 'PS256'): (content: Buffer) => Buffer {
  const hash = algorithm === 'RS512' ? 'sha512' : 'sha256';
  return (content) =>
    algorithm === 'PS256'
      ? signBytes(hash, content, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
      : signBytes(hash, content, key);
}

/** A true token with one part changed. */
export function withPart(token: string, index: number, change: (part: string) => string): string {
  return token
    .split('.')
    .map((part, place) => (place === index ? change(part) : part))
    .join('.');
}

/** s since the epoch. By the clock that tells when a token ends; on a stage `Date.now` is another, by which keys grow old. */
export function secondsFromNow(seconds: number): number {
  const now = new Date();
  return Math.floor(now.getTime() / 1000) + seconds;
}
