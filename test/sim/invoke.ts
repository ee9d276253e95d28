import { AppError, isAppError } from '../../src/core/errors.ts';
import type { World } from '../../src/core/world.ts';
import { faultyWorld } from './faulty.ts';
import { type Actor, actorOf, count, type Intent, never, note, type Sim, violate } from './sim.ts';
import { watchedWorld } from './watched.ts';

/** A tick that takes longer has looked at what is long past. */
const cleanTickMsMax = 60_000;
const tickMsMin = 40_000;

/** Runs a use case as a function invocation that may die on the way, and then never resolves. */
export async function invoke<T>(intent: Intent, use: (world: World) => Promise<T>, sim: Sim): Promise<T> {
  sim.invocations += 1;
  const actor = actorOf(`f${sim.invocations}`, intent);
  const beganAt = sim.clock.now();
  note(sim, () => `${actor.name} ${JSON.stringify(intent)}`);
  count(sim, `invoke ${intent.verb}`);
  try {
    const outcome = await use(faultyWorld(watchedWorld(sim.world, actor, sim), actor, sim));
    if (intent.verb === 'tend' && actor.isClean && sim.clock.now() - beganAt < cleanTickMsMax) countTick(sim);
    return outcome;
  } catch (error) {
    note(sim, () => `${actor.name} throws ${error}`);
    if (!isAppError(error)) violate(sim, `thrown in ${intent.verb} (${actor.name}): ${stackOf(error)}`);
    throw error;
  }
}

/** One a minute counts, however many there are. */
function countTick(sim: Sim): void {
  const now = sim.clock.now();
  if (now - sim.cleanTickAt < tickMsMin) return;
  sim.cleanTickAt = now;
  sim.cleanTicks += 1;
}

function stackOf(error: unknown): string {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [String(error)];
  return lines.slice(0, 5).join(' | ').replace(/\s+/g, ' ');
}

const callMs = 20_000;

/** A VM calls a function over HTTP: request and answer may be lost, and the wait has an end. */
export function request<T>(
  client: Actor,
  intent: Intent,
  use: (world: World) => Promise<T>,
  sim: Sim,
): Promise<T> {
  const { clock, dice, faults } = sim;
  if (!client.isAlive) return never();
  return new Promise((resolve, reject) => {
    const settle = (deed: () => void) => client.isAlive && deed();
    const lost = dice.chance(faults.lost) ? dice.pick(['request', 'answer'] as const) : undefined;
    if (lost) count(sim, `lost ${lost}`);
    clock.after(callMs, () => settle(() => reject(new AppError('unavailable', 'no answer in time'))));
    if (lost === 'request') return;
    clock.after(dice.between(5, 2000), () => {
      invoke(intent, use, sim).then(
        (value) => {
          if (lost !== 'answer') clock.after(dice.between(5, 2000), () => settle(() => resolve(value)));
        },
        (error: unknown) => {
          if (lost !== 'answer') clock.after(5, () => settle(() => reject(asAnswered(error))));
        },
      );
    });
  });
}

/** What the client sees of an error: by the status that the doors answer. */
function asAnswered(error: unknown): AppError {
  if (!isAppError(error)) return new AppError('unavailable', 'the functions answered 500');
  switch (error.code) {
    case 'lease_lost':
    case 'move_refused':
    case 'ambiguous':
    case 'blob_changed':
      return new AppError('lease_lost', error.message);
    case 'not_in_pool':
    case 'not_yours':
      return new AppError('not_in_pool', error.message);
    case 'bad_input':
    case 'not_found':
      return new AppError('bad_input', error.message);
    default:
      return new AppError('throttled', error.message, { retryAfterMs: error.retryAfterMs ?? 5000 });
  }
}
