import * as z from 'zod/mini';
import { tokenVerifier } from '../../src/azure/tokens.ts';
import { callerSchema, callersOf } from '../../src/core/caller-settings.ts';
import { makeCallers } from '../../src/core/callers.ts';
import { defaultRules } from '../../src/core/rules.ts';
import type { Machines, World } from '../../src/core/world.ts';
import type { IdentityEndpoint } from '../../src/local/identity.ts';
import { emptyMemory } from '../sim/memory.ts';
import { memoryWorld } from '../sim/world.ts';
import type { Act, Attack, From, Keys, Target } from './attack.ts';
import { send } from './send.ts';
import { enter } from './stage-app.ts';
import { reports } from './stage-arm.ts';
import { bearers } from './stage-bearers.ts';
import type { KeyService } from './stage-keys.ts';
import { audience, mintOf } from './stage-mint.ts';
import { snapshotOf } from './stage-snapshot.ts';
import { settleTown } from './stage-town.ts';

/** What the targets of one stage share. */
export interface Stage {
  /** Of the front. */
  url: string;
  keys: Keys;
  identity: IdentityEndpoint;
  keyService: KeyService;
  /** What the front and the doors have written. */
  trace: string[];
  /** Loopback has more addresses than one. */
  hasAddresses: boolean;
}

/** A fresh town behind the real doors, for one attack. */
export async function openTarget({ settings = {} }: Attack, stage: Stage): Promise<Target> {
  const { url, keys, identity, keyService, trace, hasAddresses } = stage;
  const { tenantId, authority } = identity;
  const environment = {
    CALLER_AUDIENCE: audience,
    TENANT_ID: tenantId,
    TOKEN_AUTHORITY: authority,
    ...settings,
  };
  const { check, trustedProxies, tokens } = callersOf(z.parse(callerSchema, environment));

  const memory = emptyMemory();
  let time = 1_700_000_000_000;
  const now = () => time;
  const inMemory = memoryWorld(memory, defaultRules, { now, random: () => 0 });
  const town = await settleTown(memory, inMemory, (ms) => {
    time += ms;
  });
  const arm = reports();
  const machines: Machines = { ...inMemory.machines, ...arm.machines };
  for (const verb of ['start', 'deallocate'] as const)
    machines[verb] = async (vm) => {
      arm.ordered.push(`${verb} ${vm.name}`);
      await inMemory.machines[verb](vm);
    };
  const callers = makeCallers(
    { check, trustedProxies, verify: tokenVerifier(tokens) },
    { ...inMemory, machines },
  );
  const world: World = { ...inMemory, machines, callers };
  enter(world);
  keyService.state = 'up';
  keyService.skewMs = 0;
  const fetches = () => identity.keyFetches() + keyService.failedFetches;
  const fetchesBefore = fetches();
  const traceBefore = trace.length;

  async function act(given: Act): Promise<boolean> {
    switch (given.act) {
      case 'pass':
        time += given.ms;
        keyService.skewMs += given.ms;
        return true;
      case 'keys':
        keyService.state = given.state;
        return true;
      case 'arm':
        arm.state = given.state;
        return true;
      case 'rebuild':
        arm.identities.set('vm01', bearers['vm01-rebuilt']);
        return true;
      case 'move':
        arm.addresses.set('vm01', [addressOf(given.to) ?? '']);
        return true;
      case 'rotate':
        await identity.rotate();
        keyService.publish();
        return true;
      case 'remove':
        memory.vms.delete('vm02');
        return true;
    }
  }

  function addressOf(from: From): string | undefined {
    if (from === 'stranger') return '127.0.0.1';
    if (!hasAddresses) return undefined;
    return { vm01: '127.0.1.1', vm02: '127.0.1.2' }[from as string] ?? from;
  }

  return {
    town,
    mint: mintOf(identity, keyService),
    keys,
    addressOf,
    send: (request) => send(url, request),
    act,
    snapshot: async () => snapshotOf(memory, arm.ordered),
    refusals: async () => memory.log.filter(({ event }) => event === 'refused-caller'),
    asked: () => ({ keys: fetches() - fetchesBefore, arm: arm.asked }),
    trace: () => trace.slice(traceBefore).join('\n'),
  };
}
