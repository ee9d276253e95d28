import { callerAudience } from '../../src/local/box-settings.ts';
import type { IdentityEndpoint } from '../../src/local/identity.ts';
import { makeKey, type SigningKey } from '../../src/local/signing-key.ts';
import { compact, withHmac, withPart } from '../attack/mint.ts';
import type { Chance } from './chance.ts';
import type { Odd } from './odd.ts';
import type { Scene } from './scene.ts';

/** What a call carries in `Authorization`, and whom that proves. */
export interface Proof {
  kind: string;
  authorization?: string | string[];
  /** The VM in whose name it is a whole proof: a call that carries it must not have that name. */
  provesVm?: string;
}

/** Makes proofs that are wrong in one respect, and right ones to be used in another's name. */
export interface Prover {
  wrong(): Proof;
  right(vm: string): Proof;
}

type Claims = Record<string, unknown>;

export async function proverOf(
  identity: IdentityEndpoint,
  { vms, identityOf }: Scene,
  chance: Chance,
  odd: Odd,
): Promise<Prover> {
  const stranger: SigningKey = await makeKey();
  const published = JSON.stringify(identity.jwks().keys[0]);
  const seconds = () => Math.floor(Date.now() / 1000);
  const token = (vm: string) =>
    identity.token(identityOf(vm), callerAudience, chance.pick(['1.0', '2.0'] as const));
  const claims = (vm: string): Claims =>
    JSON.parse(Buffer.from(token(vm).split('.')[1] ?? '', 'base64url').toString());
  const bearer = (text: string) => `Bearer ${text}`;
  const other = (vm: string) => chance.pick(vms.filter((name) => name !== vm));

  /** By what a token of a VM is made to be no proof in its name. */
  const changes: Record<string, (vm: string) => Claims> = {
    'another audience': () => ({
      aud: chance.pick<unknown>([
        'https://storage.azure.com',
        'https://management.azure.com/',
        'api://rouse',
        `${callerAudience}x`,
        [],
        null,
        odd.json(),
      ]),
    }),
    'another tenant': () => ({ tid: chance.pick<unknown>([odd.hex(32), '', 7, null, odd.json()]) }),
    'another issuer': () => ({
      iss: chance.pick<unknown>([
        'https://sts.windows.net/',
        'https://sts.windows.net/00000000-0000-0000-0000-00000000000b/',
        identity.authority,
        [],
        odd.text(),
      ]),
    }),
    expired: () => ({ exp: seconds() - chance.whole(65, 100_000) }),
    'not yet valid': () => ({ nbf: seconds() + chance.whole(70, 100_000) }),
    'odd times': () => ({
      [chance.pick(['exp', 'nbf'])]: chance.pick<unknown>(['soon', `${seconds() + 600}`, [], {}, true]),
    }),
    'no end': () => ({ exp: undefined }),
    'no principal': () => ({ oid: chance.pick<unknown>([undefined, '', 5, null, [], odd.json()]) }),
    'another principal': (vm) => ({ oid: chance.pick([identityOf(other(vm)).principalId, odd.hex(32)]) }),
    'another resource': (vm) => ({
      xms_mirid: chance.pick<unknown>([identityOf(other(vm)).resourceId, '', '/', 5, [], {}]),
    }),
  };
  const headers: Record<string, () => object> = {
    'another algorithm': () => ({
      alg: chance.pick<unknown>([
        'none',
        'None',
        'HS256',
        'RS512',
        'PS256',
        'ES256',
        '',
        null,
        5,
        odd.json(),
      ]),
    }),
    'another key id': () => ({ kid: chance.pick([odd.hex(43), '../../etc/passwd', '', odd.text()]) }),
    'an unknown extension': () => ({ crit: ['exp2'], exp2: 1 }),
  };
  const ofVm = (kind: string, make: (vm: string) => string): Proof => ({
    kind: `token with ${kind}`,
    authorization: bearer(make(chance.pick(vms))),
  });

  const wrong = () =>
    chance.weighed<Proof>([
      [10, () => ({ kind: 'no token' })],
      [8, () => ({ kind: 'no token at all', authorization: odd.headerText() })],
      [8, () => ({ kind: 'garbage for a token', authorization: bearer(odd.headerText()) })],
      [
        30,
        () => {
          const kind = chance.pick(Object.keys(changes));
          return ofVm(kind, (vm) => identity.forge({ ...claims(vm), ...changes[kind]?.(vm) }));
        },
      ],
      [
        12,
        () => {
          const kind = chance.pick(Object.keys(headers));
          return ofVm(kind, (vm) => identity.forge(claims(vm), headers[kind]?.()));
        },
      ],
      [5, () => ofVm('the key of a stranger', (vm) => stranger.sign(claims(vm)))],
      [
        5,
        () =>
          ofVm('the key of a stranger under a known id', (vm) =>
            stranger.sign(claims(vm), { kid: identity.jwks().keys[0]?.kid }),
          ),
      ],
      [
        5,
        () =>
          ofVm('a public key as its secret', (vm) =>
            compact({ alg: 'HS256', typ: 'JWT' }, claims(vm), withHmac(published)),
          ),
      ],
      [3, () => ofVm('no signature', (vm) => withPart(token(vm), 2, () => ''))],
      [5, () => ofVm('a cut signature', (vm) => withPart(token(vm), 2, (part) => part.slice(0, -4)))],
      [5, () => ofVm('a spoiled signature', (vm) => withPart(token(vm), 2, (part) => spoil(part, chance)))],
      [
        5,
        () =>
          ofVm('claims that were exchanged', (vm) =>
            withPart(token(other(vm)), 1, () => token(vm).split('.')[1] ?? ''),
          ),
      ],
      [2, () => ofVm('more parts', (vm) => `${token(vm)}.${odd.hex(8)}`)],
      [
        5,
        () => ({
          kind: 'token of no VM',
          authorization: bearer(
            identity.token(
              chance.pick([
                { principalId: 'function-app', clientId: 'function-app-client' },
                { principalId: odd.hex(32), clientId: odd.hex(32) },
              ]),
              callerAudience,
            ),
          ),
        }),
      ],
      [
        4,
        () => ({
          kind: 'another scheme',
          authorization: `${chance.pick(['', 'Basic ', 'Token ', 'Bearer:', 'Bearer, ', 'Bearer'])}${token(chance.pick(vms))}`,
        }),
      ],
      [2, () => ({ kind: 'two in one', authorization: `Bearer ${token(chance.pick(vms))} Bearer` })],
      [
        2,
        () => ({ kind: 'first a false one', authorization: ['Bearer x', bearer(token(chance.pick(vms)))] }),
      ],
    ]);
  return {
    wrong,
    right: (vm) => ({ kind: "another VM's token", authorization: bearer(token(vm)), provesVm: vm }),
  };
}

/** With some bits of it turned over; not of the last character, whose lowest bits mean nothing. */
function spoil(part: string, chance: Chance): string {
  const bytes = Buffer.from(part, 'base64url');
  const place = chance.whole(0, bytes.length - 2);
  bytes[place] = (bytes[place] ?? 0) ^ chance.whole(1, 255);
  return bytes.toString('base64url');
}
