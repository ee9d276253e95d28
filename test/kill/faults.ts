import type { Link } from '../../src/local/between.ts';
import { diceOf } from '../sim/dice.ts';

/** What goes wrong with a call. `after`: it was executed all the same, and the caller is not told. */
export const faultKinds = [
  'cut-before',
  'cut-after',
  '500-before',
  '500-after',
  '503-before',
  '429-before',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What is to become of one call. */
export interface Fate {
  delayMs: number;
  fault?: FaultKind;
  /** Goes with 503 and 429. */
  retryAfterSeconds: number;
}

/** How likely, 0 to 1, each fault is, and how long a call that is delayed takes at most. */
export interface FaultRates extends Record<FaultKind, number> {
  delay: number;
  delayMsMax: number;
}

/** Of a bad day: a use case of twenty calls meets one in every other run, and the clients repeat most of them. */
const badDay: FaultRates = {
  delay: 0.1,
  delayMsMax: 250,
  'cut-before': 0.004,
  'cut-after': 0.008,
  '500-before': 0.003,
  '500-after': 0.004,
  '503-before': 0.004,
  '429-before': 0.003,
};
/** Some days are nearly good, others are worse. */
const severity = { min: 0.3, max: 2 };

/** The faults of a network, none of them before it is switched on. */
export interface Faults {
  isOn: boolean;
  /** Rolls the dice for one call. */
  fateOf(link: Link): Fate;
  /** How often each came to pass so far, delays and a cut of everything included. */
  counts: Map<string, number>;
}

const noFault: Fate = { delayMs: 0, retryAfterSeconds: 0 };

export function makeFaults(seed: number): Faults {
  const dice = diceOf(seed);
  const rates = severalTimes(dice.between(severity.min, severity.max), badDay);
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

  function rollKind(): FaultKind | undefined {
    let left = dice.random();
    return faultKinds.find((kind) => {
      left -= rates[kind];
      return left < 0;
    });
  }

  const faults: Faults = {
    isOn: false,
    counts,
    fateOf() {
      if (!faults.isOn) return noFault;
      const delayMs = dice.chance(rates.delay) ? dice.between(0, rates.delayMsMax) : 0;
      if (delayMs > 0) count('delay');
      const fault = rollKind();
      if (!fault) return { ...noFault, delayMs };
      count(fault);
      return { delayMs, fault, retryAfterSeconds: 1 };
    },
  };
  return faults;
}

function severalTimes(factor: number, rates: FaultRates): FaultRates {
  const entries = faultKinds.map((kind) => [kind, rates[kind] * factor]);
  return { ...rates, ...Object.fromEntries(entries) };
}
