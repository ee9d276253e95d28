import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** Two key pairs for a run of the suite: they take longer to make than most attacks. */
export interface SpareKeys {
  second: KeyObject;
  stranger: KeyObject;
}

/** Makes them, as a text that the stages of a run are given in their environment. */
export async function makeSpareKeys(): Promise<string> {
  const make = () => promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const pairs = await Promise.all([make(), make()]);
  return JSON.stringify(pairs.map(({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' })));
}

export function readSpareKeys(text: string): SpareKeys {
  const [second, stranger] = (JSON.parse(text) as string[]).map((pem) => createPrivateKey(pem));
  if (!second || !stranger) throw new Error('a stage needs two spare keys');
  return { second, stranger };
}

/** Its public half, as a tenant publishes it. */
export function publicJwk(key: KeyObject, kid: string) {
  return { ...createPublicKey(key).export({ format: 'jwk' }), kty: 'RSA', kid, use: 'sig' };
}
