import type { JobState } from '../../src/core/moves.ts';
import { type OrderVerb, orders, orderVerbs, permittedOrders } from '../../src/core/orders.ts';
import { loopbackAddresses } from '../../src/local/loopback.ts';
import { readRows } from '../../src/local/rows.ts';
import { openTestWorld, type TestWorld, until } from '../e2e/box.ts';
import type { Scene } from './scene.ts';

/** A VM that somebody keeps on by hand, and that has no agent. */
const awake = 'byhand01';

/** Addresses from which calls come: enough that all together are refused more often than is noted of all. */
const addressCount = 24;

/** Opens a world in which as much as can has happened in a short time. */
export function openFuzzWorld(files: number): Promise<TestWorld> {
  return openTestWorld({ vms: 4, files, settings: { FAILED_RUNS_MAX: '1', IDLE_SECONDS_MAX: '1' } });
}

/**
 * Has come about what requests are after: files that are done, one that failed, one held back, one cancelled; VMs that are off, and
 * one that is on.
 */
export async function settle(world: TestWorld): Promise<Scene> {
  const { connection, arm, host, files } = world;
  const pool = Object.keys(arm.stats().vms);
  // As Entra publishes them: none says for which algorithm it is, which the app must know by itself.
  for (const key of world.identity.jwks().keys) delete key.alg;
  arm.add(awake, '127.0.9.9');
  arm.switchOn(awake);
  const byHand = { maintenanceUntil: '2999-01-01T00:00:00Z', actions: '["none"]' };
  await connection.tblvm.createEntity({ partitionKey: 'vmlist', rowKey: awake, vmName: awake, ...byHand });
  const actions = '["profile","chart"]';
  for (const name of pool)
    await connection.tblvm.updateEntity({ partitionKey: 'vmlist', rowKey: name, actions }, 'Merge');

  await world.put('broken.json', '{', { action: 'profile' });
  // No VM does what these need, so that they wait until something is ordered of them.
  for (const fileName of ['held.csv', 'cancelled.csv']) await world.put(fileName, 'a', { action: 'other' });
  await order(world, 'held.csv', 'defer');
  await order(world, 'cancelled.csv', 'cancel');
  await until('all have gone through', async () => {
    const jobs = await world.jobs();
    const count = (wanted: JobState) => jobs.filter(({ state }) => state === wanted).length;
    return count('completed') >= 2 * files.length && count('failed') === 1;
  });
  await until('all VMs but one are off', async () => {
    const rows = await readRows(connection.tblvm, ['vmlist']);
    return rows.every(({ rowKey, state }) => {
      const wanted = rowKey === awake ? 'running' : 'deallocated';
      return (state ?? 'deallocated') === wanted && arm.power(String(rowKey)) === wanted;
    });
  });

  const jobs = await world.jobs();
  return {
    port: Number(new URL(host.endpoint).port),
    vmKey: world.functionKey,
    operatorKey: world.operatorKey,
    vms: [...pool, awake],
    awake,
    identityOf: arm.identityOf,
    jobs: jobs.map(({ rowKey, fileName, state, attempt }) => ({
      id: String(rowKey),
      fileName: String(fileName),
      attempt: Number(attempt),
      refused: refusedOf(state as JobState),
    })),
    addresses: (await loopbackAddresses(addressCount)).map((address) => address.replace('127.0.', '127.7.')),
  };
}

/** Orders that a state does not permit, but for the one that brought it about: that is answered again. */
function refusedOf(state: JobState): OrderVerb[] {
  const permitted = permittedOrders({ state });
  return orderVerbs.filter((verb) => !permitted.includes(verb) && orders[verb].to !== state);
}

async function order(world: TestWorld, fileName: string, verb: OrderVerb): Promise<void> {
  const find = async () => (await world.jobs()).find((row) => row.fileName === fileName);
  await until(`${fileName} waits`, async () => (await find())?.state === 'received');
  const id = String((await find())?.rowKey);
  const reply = await fetch(`${world.host.endpoint}/jobs/${id}/${verb}`, {
    method: 'POST',
    headers: { 'x-functions-key': world.operatorKey },
  });
  if (reply.status !== 200) throw new Error(`${verb} of ${fileName}: ${reply.status} ${await reply.text()}`);
}
