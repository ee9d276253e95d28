import { AppError } from '../../src/core/errors.ts';
import type { World } from '../../src/core/world.ts';
import { short } from './short.ts';
import { type Actor, count, never, note, type Sim, violate } from './sim.ts';

/** More calls than any one piece of work makes: it goes round for ever. */
const callsMax = 3000;

/** What a conditional write that met its own first try answers. */
export const replayed: Record<string, unknown> = {
  'pool.write': undefined,
  'jobs.write': undefined,
  'jobs.insert': undefined,
  'jobs.record': 'duplicate',
  'files.remove': 'gone',
  'messages.remove': 'gone',
};

/** What may become of a call. */
export const fates = ['before', 'after', 'replay', 'crash', 'pause'] as const;

type Fate = (typeof fates)[number] | 'goes';

type Calls = Record<string, (...given: unknown[]) => Promise<unknown>>;

/** The calls of a world by name, with the group that each stands in. */
export function callsOf(world: World): string[] {
  const names = Object.entries(world).flatMap(([name, item]) =>
    typeof item === 'object' && item !== null && name !== 'rules' && name !== 'callers'
      ? Object.keys(item).map((verb) => `${name}.${verb}`)
      : [],
  );
  return [...names, 'log'];
}

/** The world as one actor has it: every call takes its time, and some fail, before or after their effect. */
export function faultyWorld(world: World, actor: Actor, sim: Sim): World {
  const faulty: Record<string, object> = {};
  // A use case needs a few of the groups: each is made when it is first asked for.
  const group = <T extends object>(name: string, calls: T): T => {
    faulty[name] ??= groupOf(name, calls, actor, sim);
    return faulty[name] as T;
  };
  return {
    rules: world.rules,
    container: world.container,
    now: world.now,
    random: world.random,
    callers: world.callers,
    get pool() {
      return group('pool', world.pool);
    },
    get jobs() {
      return group('jobs', world.jobs);
    },
    get messages() {
      return group('messages', world.messages);
    },
    get files() {
      return group('files', world.files);
    },
    get machines() {
      return group('machines', world.machines);
    },
    log: (line) => faultyCall('log', [line.event], () => world.log(line), actor, sim),
  };
}

function groupOf<T extends object>(name: string, calls: T, actor: Actor, sim: Sim): T {
  const faulty: Calls = {};
  for (const [verb, call] of Object.entries(calls as Calls)) {
    const whole = `${name}.${verb}`;
    faulty[verb] = (...given) => faultyCall(whole, given, () => call(...given), actor, sim);
  }
  return faulty as T;
}

/** Makes one call, as fate will have it. */
export async function faultyCall<T>(
  name: string,
  given: readonly unknown[],
  effect: () => Promise<T>,
  actor: Actor,
  sim: Sim,
): Promise<T> {
  const { dice, clock, faults } = sim;
  if (!actor.isAlive) return never();
  actor.calls += 1;
  if (actor.calls >= callsMax && actor.intent.verb !== 'program') {
    violate(sim, `endless: ${actor.name} (${actor.intent.verb}) has made ${callsMax} calls`);
    return never();
  }
  const fate = fateOf(name, sim);
  if (fate !== 'goes') {
    count(sim, `fault ${name} ${fate}`);
    actor.isClean = false;
  }
  if (fate === 'crash') actor.isAlive = false;

  await clock.sleep(onTheWayMs(name, sim));
  if (!actor.isAlive && dice.chance(0.5)) return never();
  if (fate === 'before') {
    note(sim, () => `${actor.name} ${name} ${given.map(short).join(' ')} -> fails before`);
    await clock.sleep(dice.between(1, faults.callMsMax / 2));
    throw failure(dice.chance(0.2), name);
  }
  let failed: unknown;
  let value: T | undefined;
  try {
    value = await effect();
  } catch (error) {
    failed = error;
  }
  note(sim, () => {
    const shown = failed === undefined ? short(value) : String(failed);
    return `${actor.name} ${name} ${given.map(short).join(' ')} -> ${shown}${fate === 'goes' ? '' : ` (${fate})`}`;
  });
  // In the second phase nothing depends on the way back.
  if (!sim.isCalm) await clock.sleep(dice.between(1, faults.callMsMax / 2));
  if (fate === 'pause') await clock.sleep(dice.between(30_000, 15 * 60_000));
  if (!actor.isAlive) return never();
  if (fate === 'after') throw failure(false, name);
  if (failed !== undefined) {
    actor.isClean = false;
    throw failed;
  }
  return fate === 'replay' ? (replayed[name] as T) : (value as T);
}

/** How long a call takes to its effect. Our adapter sends a deallocate within ten seconds or never. */
function onTheWayMs(name: string, { dice, faults }: Sim): number {
  if (name === 'machines.deallocate' && dice.chance(faults.lateStop)) return dice.between(1, 10_000);
  return dice.between(1, faults.callMsMax / 2);
}

function fateOf(name: string, { dice, faults }: Sim): Fate {
  if (dice.chance(faults.crash)) return 'crash';
  if (dice.chance(faults.before)) return 'before';
  if (dice.chance(faults.after)) return 'after';
  if (name in replayed && dice.chance(faults.replay)) return 'replay';
  return dice.chance(faults.pause) ? 'pause' : 'goes';
}

function failure(isThrottled: boolean, name: string): AppError {
  return isThrottled
    ? new AppError('throttled', `${name} is throttled`, { retryAfterMs: 5000 })
    : new AppError('unavailable', `${name} gave no answer`);
}
