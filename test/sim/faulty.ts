import { AppError } from '../../src/core/errors.ts';
import type { World } from '../../src/core/world.ts';
import { type Actor, count, never, note, type Sim, violate } from './sim.ts';

/** More calls than any one piece of work makes: it goes round for ever. */
const callsMax = 3000;

/** What a conditional write that met its own first try answers. */
const replayed: Record<string, unknown> = {
  'pool.write': undefined,
  'jobs.write': undefined,
  'jobs.insert': undefined,
  'jobs.record': 'duplicate',
  'files.remove': 'gone',
};

/** The world as one actor has it: every call takes its time, and some fail, before or after their effect. */
export function faultyWorld(world: World, actor: Actor, sim: Sim): World {
  const group = <T extends object>(name: string, calls: T): T =>
    Object.fromEntries(
      Object.entries(calls).map(([verb, call]) => [
        verb,
        (...given: unknown[]) => faultyCall(`${name}.${verb}`, given, () => call(...given), actor, sim),
      ]),
    ) as T;
  return {
    ...world,
    pool: group('pool', world.pool),
    jobs: group('jobs', world.jobs),
    messages: group('messages', world.messages),
    files: group('files', world.files),
    machines: group('machines', world.machines),
    log: (line) => faultyCall('log', [line.event], () => world.log(line), actor, sim),
  };
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
  if (actor.calls === callsMax && actor.intent.verb !== 'program')
    violate(sim, `endless: ${actor.name} (${actor.intent.verb}) has made ${callsMax} calls`);
  if (actor.calls > callsMax && actor.intent.verb !== 'program') return never();
  const fate = fateOf(name, sim);
  count(sim, `${name} ${fate}`);
  if (fate === 'crash') actor.isAlive = false;

  await clock.sleep(dice.between(1, faults.callMsMax / 2));
  if (!actor.isAlive && dice.chance(0.5)) return never();
  const line = `${actor.name} ${name} ${given.map(short).join(' ')}`;
  if (fate === 'before') {
    note(sim, `${line} -> fails before`);
    await clock.sleep(dice.between(1, faults.callMsMax / 2));
    throw failure(dice.chance(0.2), name);
  }
  const outcome = await effect().then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const fateShown = fate === 'goes' ? '' : ` (${fate})`;
  note(sim, `${line} -> ${'value' in outcome ? short(outcome.value) : String(outcome.error)}${fateShown}`);
  await clock.sleep(dice.between(1, faults.callMsMax / 2));
  if (dice.chance(faults.pause)) await clock.sleep(dice.between(30_000, 15 * 60_000));
  if (!actor.isAlive) return never();
  if (fate === 'after') throw failure(false, name);
  if ('error' in outcome) throw outcome.error;
  return fate === 'replay' ? (replayed[name] as T) : outcome.value;
}

type Fate = 'goes' | 'before' | 'after' | 'replay' | 'crash';

function fateOf(name: string, { dice, faults }: Sim): Fate {
  if (dice.chance(faults.crash)) return 'crash';
  if (dice.chance(faults.before)) return 'before';
  if (dice.chance(faults.after)) return 'after';
  return name in replayed && dice.chance(faults.replay) ? 'replay' : 'goes';
}

function failure(isThrottled: boolean, name: string): AppError {
  return isThrottled
    ? new AppError('throttled', `${name} is throttled`, { retryAfterMs: 5000 })
    : new AppError('unavailable', `${name} gave no answer`);
}

/** A few words for the trace. */
export function short(value: unknown): string {
  if (value === undefined) return '-';
  if (typeof value === 'string')
    return value.length > 30 ? `${value.slice(0, 4)}~${value.slice(24, 28)}` : value;
  if (value instanceof Map) return `[${[...value].map(([key, item]) => `${key}:${short(item)}`).join(' ')}]`;
  if (Array.isArray(value)) return `[${value.map(short).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const item = value as Record<string, unknown>;
  if (Array.isArray(item.files)) {
    const files = item.files.map(
      (entry) => `${short(entry.jobId)}.${entry.attempt}${entry.ticket ? '+' : ''}`,
    );
    return `{${item.name} ${item.state} [${files.join(' ')}] ${item.version}}`;
  }
  if ('state' in item && 'attempt' in item)
    return `{job ${short(item.id)}.${item.attempt} ${item.state} ${item.vmName} ${item.version}}`;
  if ('jobId' in item) return `{${short(item.jobId)}.${item.attempt}}`;
  if ('etag' in item) return `{${item.fileName} ${item.etag}}`;
  return '{}';
}
