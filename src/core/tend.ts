import { cleanMessages } from './clean-messages.ts';
import { AppError, isAppError } from './errors.ts';
import { fill } from './fill.ts';
import { fromAnywhere } from './from-anywhere.ts';
import { inParallel } from './in-parallel.ts';
import { observe } from './observe.ts';
import { recoverPoison } from './recover-poison.ts';
import { startsAllowed } from './starts-allowed.ts';
import { sweep } from './sweep.ts';
import { beginTurn, type Turn } from './turn.ts';
import type { Heard, Vm } from './vm.ts';
import type { Power, World } from './world.ts';

/** VMs that are tended at the same time: enough for a pool of a thousand, few enough not to be throttled for it. */
const vmsAtOnce = 16;

/** How long one tick looks after VMs and fills them, and how long all of it may take, so that it is over before the next. */
const vmsMsMax = 35_000;
const tickMsMax = 45_000;
/** The sweep has at least so long: what nobody lists waits for nobody else. */
const sweepMsMin = 10_000;

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
  const turn = beginTurn(world.now);
  const { attempt } = turn;
  const beganAt = world.now();
  const until = beganAt + vmsMsMax;

  const vms = await world.pool.list();
  const powers = await attempt(() => world.machines.powers(vms));
  const heard = await attempt(() => world.pool.heard());
  if (powers && heard) await observeAll(vms, { powers, heard }, until, turn, world);
  const taken = await attempt(() => fill(until, turn, world));
  const cleaned = await attempt(() => cleanMessages(turn, world));
  const recovered = await attempt(() => recoverPoison(turn, world));
  const swept = await attempt(() =>
    sweep(Math.max(beganAt + tickMsMax, world.now() + sweepMsMin), turn, world),
  );
  if (turn.errors.length > 0) throw together(turn.errors);
  return {
    vms: vms.length,
    taken: taken ?? 0,
    swept: swept ?? 0,
    cleaned: cleaned ?? 0,
    recovered: recovered ?? 0,
  };
}

/** Looks after each VM, from another one on each time, as far as the time goes. */
async function observeAll(
  vms: readonly Vm[],
  { powers, heard }: { powers: ReadonlyMap<string, Power>; heard: ReadonlyMap<string, Heard> },
  until: number,
  turn: Turn,
  world: World,
): Promise<void> {
  let starts = startsAllowed(vms, world.now());
  const mayStart = () => starts-- > 0;
  await inParallel(fromAnywhere(vms, world), vmsAtOnce, async (vm) => {
    if (!turn.mayGoOn(until)) return;
    const key = vm.name.toLowerCase();
    const seen = { power: powers.get(key) ?? 'unknown', heard: heard.get(key), mayStart } as const;
    await turn.attempt(() => observe(vm, seen, world));
  });
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
