import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { callerAudience } from '../../src/local/box-settings.ts';
import type { Identity } from '../../src/local/token.ts';
import type { Attack, Call, From, Target, Town } from '../attack/attack.ts';
import type { Bearer, Mint } from '../attack/mint.ts';
import { send } from '../attack/send.ts';
import type { KeyService } from '../attack/stage-keys.ts';
import type { TestWorld } from '../e2e/box.ts';
import type { Scene } from './scene.ts';

/** Refusals that do not depend on what is in the world. */
const everywhere: readonly (string | undefined)[] = [undefined, 'not_proven', 'bad_input', 'wrong_method'];

/** Whether an attack can be made on a world at rest, with a clock and an Azure that go as they go: all of it is refused. */
export function fitsAnyWorld({ settings, steps, asksMax, notedMax }: Attack): boolean {
  const isPlain = settings === undefined && asksMax === undefined && notedMax === undefined;
  return isPlain && steps.every((step) => 'expects' in step && isRefused(step));
}

function isRefused({ expects, changes }: Call): boolean {
  return changes === undefined && expects.status >= 400 && everywhere.includes(expects.code);
}

/** The world in a box as what is attacked; the keys were published before the app asked for any. Its whole state is compared by whoever makes the attacks, once for all of them. */
export function boxTarget(world: TestWorld, scene: Scene, keys: KeyService): Target {
  const { functionKey: vm, operatorKey: operator } = world;
  const cannot = () => {
    throw new Error('no attack that fits any world asks for this');
  };
  return {
    town: townOf(scene),
    mint: mintOf(world, keys),
    keys: { vm, operator },
    addressOf: (from) => addressOf(from, world, scene),
    send: (request) => send(world.host.endpoint, request),
    act: cannot,
    snapshot: async () => new Map(),
    refusals: async () => (await world.log()).filter(({ Event }) => Event === 'refused-caller'),
    asked: cannot,
    trace: () => readFileSync(join(world.folder.logs, 'host.log'), 'utf8'),
  };
}

/** At rest no file is in work, listed or waiting: those that are done stand for them. */
function townOf({ jobs }: Scene): Town {
  const [first, second = first] = jobs;
  if (!first || !second) throw new Error('nothing has gone through this world');
  const [work, other] = [first, second].map(({ id, fileName, attempt }) => ({ id, fileName, attempt }));
  if (!work || !other) throw new Error('there are two');
  return { work, listed: other, waiting: other, completed: work, failed: other, deferred: other };
}

function addressOf(from: From, { arm }: TestWorld, { addresses }: Scene): string | undefined {
  if (from === 'stranger') return '127.0.0.1';
  if (addresses.length === 0) return undefined;
  return from === 'vm01' || from === 'vm02' ? arm.addressOf(from) : from;
}

function mintOf({ identity, arm }: TestWorld, { second, stranger }: KeyService): Mint {
  const { tenantId, authority } = identity;
  const made = (id: string): Identity => ({ principalId: `principal-${id}`, clientId: `client-${id}` });
  const bearers: Record<Bearer, Identity> = {
    vm01: arm.identityOf('vm01'),
    vm02: arm.identityOf('vm02'),
    'vm01-rebuilt': { ...arm.identityOf('vm01'), ...made('rebuilt') },
    app: made('app'),
  };
  return {
    ...{ tenantId, authority, audience: callerAudience, second, stranger },
    claims: (of, version) =>
      JSON.parse(
        Buffer.from(
          identity.token(bearers[of], callerAudience, version).split('.')[1] ?? '',
          'base64url',
        ).toString(),
      ),
    sign: identity.forge,
    published: identity.jwks,
  };
}
