import { createPublicKey } from 'node:crypto';
import type { JWK } from 'jose';
import { compact, encoded, type Mint, tokenOf, withHmac, withPart, withRsa } from '../mint.ts';
import { ofVm01, ofVm02 } from './expected.ts';

type Forge = (mint: Mint) => string;

function publishedKey(mint: Mint): JWK {
  const [key] = mint.published().keys;
  if (!key) throw new Error('the tenant publishes no key');
  return key;
}

function pemOf(mint: Mint): string {
  return createPublicKey({ key: publishedKey(mint), format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();
}

/** Right in every claim, with a header and a signature that are not the tenant's. */
function forged(header: object, sign: (content: Buffer) => Buffer | string): Forge {
  return (mint) => compact({ typ: 'JWT', kid: publishedKey(mint).kid, ...header }, mint.claims('vm01'), sign);
}

/** The public key is no secret, and must not be taken for one. */
function hmacWith(secretOf: (mint: Mint) => string | Buffer): Forge {
  return (mint) => forged({ alg: 'HS256' }, withHmac(secretOf(mint)))(mint);
}

/** Signed by a stranger, whose key the header offers. */
function strangers(header: (mint: Mint) => object): Forge {
  return (mint) => mint.stranger.sign(mint.claims('vm01'), header(mint));
}

/** With the second key of the tenant. */
export function bySecond(algorithm: 'RS256' | 'RS512' | 'PS256', header: object = {}): Forge {
  return (mint) =>
    compact(
      { alg: algorithm, typ: 'JWT', kid: mint.second.kid, ...header },
      mint.claims('vm01'),
      withRsa(mint.second.key, algorithm),
    );
}

const keyUrls = { jku: 'http://127.0.0.1:9/keys', x5u: 'http://127.0.0.1:9/certificate' };
/** What its sender would like to have in the log. */
const lineEnd = '\r\n2026-01-01T00:00:00Z information vm01 was let in';
const none = () => '';

/** Tokens that the tenant has not signed so, whatever they claim. */
export const forgedTokens: Record<string, Forge> = {
  'not one at all': () => 'vm01',
  'three parts of nothing': () => '..',
  'three parts of no JSON': () => ['a', 'b', 'c'].map(encoded).join('.'),
  'three parts of JSON that is no object': () => ['null', '[]', '1'].map(encoded).join('.'),
  'five parts, as encrypted ones have': (mint) => `${ofVm01(mint)}.${encoded('a')}.${encoded('b')}`,
  'without a signature, and says so': forged({ alg: 'none' }, none),
  'without a signature, and says so in other letters': forged({ alg: 'nOnE' }, none),
  'without a signature, and names no algorithm': forged({}, none),
  'without its signature': (mint) => withPart(ofVm01(mint), 2, none),
  'a secret’s, which is the key in PEM': hmacWith(pemOf),
  'a secret’s, which is the key in PEM without its last line end': hmacWith((mint) => pemOf(mint).trim()),
  'a secret’s, which is the key as JWK': hmacWith((mint) => JSON.stringify(publishedKey(mint))),
  'a secret’s, which is the modulus': hmacWith((mint) =>
    Buffer.from(publishedKey(mint).n ?? '', 'base64url'),
  ),
  'a secret’s, which is empty': hmacWith(() => ''),
  'signed by a stranger': strangers(() => ({})),
  'signed by a stranger under the key id of the tenant': strangers((mint) => ({
    kid: publishedKey(mint).kid,
  })),
  'signed by a stranger, with the key in it': strangers((mint) => ({ jwk: mint.stranger.jwk })),
  'signed by a stranger, with the key in it under the key id of the tenant': strangers((mint) => ({
    kid: publishedKey(mint).kid,
    jwk: { ...mint.stranger.jwk, kid: publishedKey(mint).kid },
  })),
  'signed by a stranger, with the key’s address in it': strangers((mint) => ({
    kid: publishedKey(mint).kid,
    ...keyUrls,
  })),
  'signed by a stranger, with a certificate in it': strangers((mint) => ({
    kid: publishedKey(mint).kid,
    x5c: [Buffer.from('certificate').toString('base64')],
    x5t: 'AAAA',
  })),
  'signed by the tenant, but with RS512': bySecond('RS512'),
  'signed by the tenant, but with PS256': bySecond('PS256'),
  'signed by the tenant, but says RS512': tokenOf('vm01', {}, { alg: 'RS512' }),
  'signed by the tenant, but says ES256': tokenOf('vm01', {}, { alg: 'ES256' }),
  'signed by the tenant, and asks for more than is known': tokenOf(
    'vm01',
    {},
    { crit: ['more'], more: true },
  ),
  'signed by the tenant, and says that its claims are not encoded': tokenOf(
    'vm01',
    {},
    { b64: false, crit: ['b64'] },
  ),
  'that would end a line of the log': strangers(() => ({ crit: [lineEnd] })),
  'that would end a line of the log, by its algorithm and its key id': strangers(() => ({
    alg: lineEnd,
    kid: lineEnd,
  })),
  'that would end a line of the log, by its claims': (mint) =>
    mint.stranger.sign({ ...mint.claims('vm01'), oid: lineEnd, iss: lineEnd, aud: lineEnd }),
  'that would turn a line of the log round': strangers(() => ({ crit: ['\u202edesufer saw'] })),
  'that fills a row of the log': strangers(() => ({ crit: ['x'.repeat(8000)] })),
  'under a key id that there is not': tokenOf('vm01', {}, { kid: 'nobody' }),
  'under the id of another key of the tenant': tokenOf('vm01', {}, { kid: 'second' }),
  'under a path for a key id': tokenOf('vm01', {}, { kid: '../../../../dev/null' }),
  'under a list of key ids': tokenOf('vm01', {}, { kid: ['second'] }),
  'under no key id': tokenOf('vm01', {}, { kid: undefined }),
  'with one bit of its signature changed': (mint) =>
    withPart(ofVm01(mint), 2, (part) => {
      const bytes = Buffer.from(part, 'base64url');
      bytes[9] = (bytes[9] ?? 0) ^ 1;
      return bytes.toString('base64url');
    }),
  'with the end cut off': (mint) => ofVm01(mint).slice(0, -20),
  'with another VM’s claims under its signature': (mint) =>
    withPart(ofVm02(mint), 1, () => ofVm01(mint).split('.')[1] ?? ''),
  'with its claims changed': (mint) =>
    withPart(ofVm02(mint), 1, () => encoded(JSON.stringify(mint.claims('vm01')))),
  'of twelve kilobytes': (mint) => mint.stranger.sign({ ...mint.claims('vm01'), groups: 'g'.repeat(8000) }),
};
