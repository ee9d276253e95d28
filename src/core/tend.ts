import { fill } from './fill.ts';
import { observe } from './observe.ts';
import type { World } from './world.ts';

/** What one tick saw and did, for the trace. */
export interface Tended {
  vms: number;
  taken: number;
}

/**
 * Tends the pool: compares what is recorded with what is true and repairs it. VM rows are read before the power states,
 * and every repair names the version of the row that it was judged on: what has changed since is left to the next tick.
 *
 * This is the simple form: power states and the waiting. Lost blobs, silence and messages have their place in step 7 (b),
 * (d), (e) and (f) of the protocol.
 */
export async function tend(world: World): Promise<Tended> {
  const vms = await world.pool.list();
  const powers = await world.machines.powers(vms);
  for (const vm of vms) await observe(vm, powers.get(vm.name.toLowerCase()) ?? 'unknown', world);
  return { vms: vms.length, taken: await fill(world) };
}
