import type { Dice } from './dice.ts';

/** How often what goes wrong: probabilities for each call, order, request or minute; 0 in the second phase. */
const highest = {
  // Each call: it fails before its effect, or after.
  before: 0.05,
  after: 0.05,
  // A conditional write is executed, its reply lost, and the client's own second try refused: it seems to have lost.
  replay: 0.05,
  // Minutes pass between two calls of one actor.
  pause: 0.04,
  // An actor dies at a call, which is executed or not.
  crash: 0.02,
  // A request to the functions, or the answer to it, is lost.
  lost: 0.15,
  // A blob's event comes more than once, never, or the host gives it up at once.
  repeated: 0.6,
  missed: 0.2,
  givenUp: 0.2,
  // A tick runs twice at once, or not at all.
  twoTicks: 0.5,
  noTick: 0.3,
  startRefused: 0.4,
  stopRefused: 0.3,
  // It hangs in its boot or falls back; it is up and its program is not; it takes minutes or seconds to be
  // deallocated; the call for that is late.
  bootHangs: 0.2,
  bootsDumb: 0.15,
  slowStop: 0.3,
  quickStop: 0.5,
  lateStop: 0.6,
  // Each minute: a VM is evicted, restarted, shut down from within; its program dies, hangs, or is told to end.
  evicted: 0.04,
  restarted: 0.04,
  shutDown: 0.03,
  programDies: 0.05,
  programHangs: 0.03,
  programEnds: 0.05,
  // Each minute: an operator does something; somebody knocks who is none of ours.
  operator: 1,
  outsider: 0.3,
};

/** The rates, and the longest time of a call (ms). */
export type Faults = Record<keyof typeof highest, number> & { callMsMax: number };

export const noFaults: Faults = {
  ...(Object.fromEntries(Object.keys(highest).map((name) => [name, 0])) as Record<
    keyof typeof highest,
    number
  >),
  callMsMax: 300,
};

const callMsMaxHighest = 20_000;

/** The rates are chance themselves, and half of them zero: faults hide each other. */
export function rollFaults(dice: Dice): Faults {
  const rolled = { ...noFaults };
  for (const name of Object.keys(highest) as (keyof typeof highest)[])
    if (dice.chance(0.5)) rolled[name] = highest[name] * dice.random();
  if (dice.chance(0.5)) rolled.callMsMax = Math.max(noFaults.callMsMax, callMsMaxHighest * dice.random());
  return rolled;
}
