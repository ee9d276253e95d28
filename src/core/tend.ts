import { cleanMessages } from './clean-messages.ts';
import { AppError, isAppError } from './errors.ts';
import { fill } from './fill.ts';
import { inParallel } from './in-parallel.ts';
import { observe } from './observe.ts';
import { recoverPoison } from './recover-poison.ts';
import { sweep } from './sweep.ts';
import type { World } from './world.ts';

/** VMs that are tended at the same time: enough for a pool of a thousand, few enough not to be throttled for it. */
const vmsAtOnce = 16;

/** How long one tick sweeps, so that it is over before the next. */
const sweepMsMax = 40_000;

/** What one tick saw and did, for the trace. */
export interface Tended {
  vms: number;
  /** Files taken from the waiting. */
  taken: number;
  /** Blobs that nothing listed. */
  swept: number;
  /** Messages that were of no worth, and ones that the host had given up. */
  cleaned: number;
  recovered: number;
}

/**
 * Tends the pool: compares what is recorded with what is true and repairs it. VM rows are read before the power states,
 * and every repair names the version of the row that it was judged on: what has changed since is left to the next tick. It acts only
 * on reads that succeeded.
 *
 * One VM or file that cannot be tended does not stop the others: what went wrong is thrown when all was tried.
 */
export async function tend(world: World): Promise<Tended> {
  const errors: unknown[] = [];
  const attempt = <T>(work: () => Promise<T>): Promise<T | undefined> =>
    work().catch((error: unknown) => void errors.push(error));

  const until = world.now() + sweepMsMax;
  const vms = await world.pool.list();
  const powers = await attempt(() => world.machines.powers(vms));
  const heard = await attempt(() => world.pool.heard());
  if (powers && heard)
    await inParallel(vms, vmsAtOnce, async (vm) => {
      const key = vm.name.toLowerCase();
      const seen = { power: powers.get(key) ?? 'unknown', heard: heard.get(key) };
      await attempt(() => observe(vm, seen, world));
    });
  const taken = await attempt(() => fill(world));
  const cleaned = await attempt(() => cleanMessages(world));
  const recovered = await attempt(() => recoverPoison(world));
  const swept = await attempt(() => sweep(vms, until, attempt, world));
  if (errors.length > 0) throw together(errors);
  return {
    vms: vms.length,
    taken: taken ?? 0,
    swept: swept ?? 0,
    cleaned: cleaned ?? 0,
    recovered: recovered ?? 0,
  };
}

/** One error for several: a programming error as it is, else an operating error that tells them all. */
function together(errors: readonly unknown[]): unknown {
  const operating = errors.filter((error) => isAppError(error));
  const [first] = operating;
  if (!first || operating.length < errors.length) return errors.find((error) => !isAppError(error));
  if (operating.length === 1) return first;
  const all = [...new Set(operating.map(({ message }) => message))].join('; ');
  return new AppError(first.code, `the tick met ${operating.length} errors: ${all}`, { cause: first });
}
