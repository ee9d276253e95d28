import type { Dice } from './dice.ts';

/** How often what goes wrong: probabilities for each call, order or minute. */
export interface Faults {
  /** A call fails before it has an effect. */
  before: number;
  /** A call fails after its effect. */
  after: number;
  /** A conditional write is executed, its reply lost, and the client's own second try refused: it seems to have lost. */
  replay: number;
  /** Minutes pass between two calls of one actor. */
  pause: number;
  /** An actor dies at a call, which is executed or not. */
  crash: number;
  /** Longest time of a call. */
  callMsMax: number;
  /** A request to the functions, or the answer to it, is lost. */
  lost: number;
  /** A blob's event is delivered more than once, or never. */
  repeated: number;
  missed: number;
  /** A tick runs twice at once, or not at all. */
  twoTicks: number;
  noTick: number;
  startRefused: number;
  bootHangs: number;
  /** A minute in which a VM is evicted, restarted, shut down from within, or its program dies or is told to end. */
  evicted: number;
  restarted: number;
  shutDown: number;
  programDies: number;
  programEnds: number;
  /** A minute in which an operator does something. */
  operator: number;
}

export const noFaults: Faults = {
  before: 0,
  after: 0,
  replay: 0,
  pause: 0,
  crash: 0,
  callMsMax: 300,
  lost: 0,
  repeated: 0,
  missed: 0,
  twoTicks: 0,
  noTick: 0,
  startRefused: 0,
  bootHangs: 0,
  evicted: 0,
  restarted: 0,
  shutDown: 0,
  programDies: 0,
  programEnds: 0,
  operator: 0,
};

const highest: Faults = {
  before: 0.05,
  after: 0.05,
  replay: 0.05,
  pause: 0.04,
  crash: 0.02,
  callMsMax: 20_000,
  lost: 0.15,
  repeated: 0.6,
  missed: 0.2,
  twoTicks: 0.5,
  noTick: 0.3,
  startRefused: 0.3,
  bootHangs: 0.2,
  evicted: 0.04,
  restarted: 0.04,
  shutDown: 0.03,
  programDies: 0.05,
  programEnds: 0.05,
  operator: 0.3,
};

/** The rates are chance themselves, and half of them zero: faults hide each other. */
export function rollFaults(dice: Dice): Faults {
  const rolled = { ...noFaults };
  for (const name of Object.keys(highest) as (keyof Faults)[])
    if (dice.chance(0.5)) rolled[name] = Math.max(noFaults[name], highest[name] * dice.random());
  return rolled;
}
