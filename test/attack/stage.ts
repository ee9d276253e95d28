import { startIdentityEndpoint } from '../../src/local/identity.ts';
import { loopbackAddresses } from '../../src/local/loopback.ts';
import { attacks } from './cases.ts';
import { runAttack } from './run-attack.ts';
import { readSpareKeys } from './spare-keys.ts';
import { openFront } from './stage-front.ts';
import { interceptKeys } from './stage-keys.ts';
import { openTarget, type Stage } from './stage-target.ts';

/**
 * The stage, a process of its own: the real doors behind the real front of the world in a box, over HTTP, with tokens of its real
 * identity endpoint; only storage and ARM are in memory. Makes the attacks whose names it is given as a JSON list, and prints how
 * each ended as one line of JSON.
 */
const tenantId = '00000000-0000-0000-0000-00000000000a';

async function openStage(): Promise<Stage> {
  const trace: string[] = [];
  const keys = { vm: 'vm-Key-0123456789abcdef', operator: 'operator-Key-0123456789abcdef' };
  const [front, identity] = await Promise.all([
    openFront(keys, (...line) => trace.push(line.join(' '))),
    startIdentityEndpoint({ tenantId }),
  ]);
  const keyService = interceptKeys(identity, readSpareKeys(process.env.SPARE_KEYS ?? '[]'));
  const hasAddresses = (await loopbackAddresses(1)).length > 0;
  return { url: `http://127.0.0.1:${front.port}/api`, keys, identity, keyService, trace, hasAddresses };
}

const names: string[] = JSON.parse(process.argv[2] ?? '[]');
const stage = await openStage();
for (const name of names) {
  const attack = attacks.find((one) => one.name === name);
  if (!attack) throw new Error(`no attack is called ${name}`);
  console.log(JSON.stringify(await runAttack(attack, await openTarget(attack, stage))));
}
// Its servers and the connections to them would go on.
process.exit(0);
