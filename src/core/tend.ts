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
 * One VM that cannot be tended does not stop the others: what went wrong is thrown when all was tried.
 *
 * This is the simple form: power states and the waiting. Lost blobs, silence and messages have their place in step 7 (b),
 * (d), (e) and (f) of the protocol.
 */
export async function tend(world: World): Promise<Tended> {
  const errors: unknown[] = [];
  const vms = await world.pool.list();
  const powers = await world.machines.powers(vms).catch((error: unknown) => void errors.push(error));
  for (const vm of powers ? vms : [])
    await observe(vm, powers?.get(vm.name.toLowerCase()) ?? 'unknown', world).catch((error: unknown) => {
      errors.push(error);
    });
  const taken = await fill(world).catch((error: unknown) => {
    errors.push(error);
    return 0;
  });
  if (errors.length > 1)
    throw new AggregateError(errors, `the tick met ${errors.length} errors: ${errors.join('; ')}`);
  if (errors.length === 1) throw errors[0];
  return { vms: vms.length, taken };
}
