import { jobMoves, vmMoves } from '../../src/core/moves.ts';
import { orderVerbs } from '../../src/core/orders.ts';
import { defaultRules } from '../../src/core/rules.ts';
import { callsOf, fates, replayed } from './faulty.ts';
import { mishaps } from './life.ts';
import { startErrors } from './machines.ts';
import { emptyMemory } from './memory.ts';
import { deeds } from './operator.ts';
import { knocks } from './outsider.ts';
import { memoryWorld } from './world.ts';

/** What cannot be reached, and why. */
export const unreachable: Record<string, string> = {
  'move processing assigned':
    'a file in work that leaves its VM goes back to waiting first; the table permits more than we do',
};

/** Calls that no use case of the protocol makes. */
const callsOfNobody: Record<string, string> = {
  'machines.identities': 'who calls is proven at the doors, see test/attack',
  'machines.addresses': 'the same',
  'jobs.page': 'only the list that operators ask for reads pages of ids',
};

/** Everything that must have happened somewhere in many worlds. */
export function wanted(): string[] {
  const calls = callsOf(memoryWorld(emptyMemory(), defaultRules, { now: () => 0, random: () => 0 }));
  const all = [
    ...movesOf(jobMoves).map((move) => `move ${move}`),
    ...movesOf(vmMoves).map((move) => `vm ${move}`),
    ...calls
      .filter((call) => !(call in callsOfNobody))
      .flatMap((call) =>
        fates.filter((fate) => fate !== 'replay' || call in replayed).map((fate) => `fault ${call} ${fate}`),
      ),
    ...['pool.write lost', 'jobs.write lost', 'jobs.insert lost', 'jobs.record duplicate'].map(
      (race) => `race ${race}`,
    ),
    ...['files.remove changed', 'files.remove gone', 'messages.remove gone'].map((race) => `race ${race}`),
    ...startErrors.map((code) => `start ${code}`),
    ...['boots', 'hangs', 'falls back', 'dumb'].map((fate) => `boot ${fate}`),
    ...['request', 'answer'].map((what) => `lost ${what}`),
    'event given up',
    ...Object.keys(mishaps).map((mishap) => `mishap ${mishap}`),
    ...Object.keys(deeds).map((deed) => `deed ${deed}`),
    ...orderVerbs.flatMap((verb) => [`order ${verb} done`, `order ${verb} move_refused`]),
    ...Object.keys(knocks).map((kind) => `knock ${kind} stranger not_in_pool`),
  ];
  return all.filter((what) => !(what in unreachable));
}

/** What of it has never happened. */
export function missing(seen: ReadonlyMap<string, number>): string[] {
  return wanted().filter((what) => !seen.has(what));
}

function movesOf(table: Record<string, readonly string[]>): string[] {
  return Object.entries(table).flatMap(([from, to]) => to.map((state) => `${from} ${state}`));
}
