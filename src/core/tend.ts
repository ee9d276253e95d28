import { AppError, isAppError } from './errors.ts';
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
  if (errors.length > 0) throw together(errors);
  return { vms: vms.length, taken };
}

/** One error for several: a programming error as it is, else an operating error that tells them all. */
function together(errors: readonly unknown[]): unknown {
  const operating = errors.filter((error) => isAppError(error));
  const [first] = operating;
  if (!first || operating.length < errors.length) return errors.find((error) => !isAppError(error));
  if (operating.length === 1) return first;
  const all = operating.map(({ message }) => message).join('; ');
  return new AppError(first.code, `the tick met ${operating.length} errors: ${all}`, { cause: first });
}
