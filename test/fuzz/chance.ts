import assert from 'node:assert/strict';
import { type Dice, diceOf } from '../sim/dice.ts';

/** The dice of the simulator, and what a grammar asks of them besides. */
export interface Chance extends Omit<Dice, 'pick'> {
  /** One of some, of which there is at least one. */
  pick<T>(items: readonly T[]): T;
  /** One of some by weight, called. */
  weighed<T>(choices: readonly (readonly [weight: number, make: () => T])[]): T;
  bytes(length: number): Buffer;
}

export function chanceOf(seed: number): Chance {
  const dice = diceOf(seed);
  const pick = <T>(items: readonly T[]): T => {
    assert(items.length > 0, 'there is nothing to pick from');
    return items[dice.whole(0, items.length - 1)] as T;
  };
  return {
    ...dice,
    pick,
    weighed(choices) {
      let left = dice.between(
        0,
        choices.reduce((sum, [weight]) => sum + weight, 0),
      );
      const chosen = choices.find(([weight]) => {
        left -= weight;
        return left <= 0;
      });
      return (chosen ?? pick(choices))[1]();
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => dice.whole(0, 255))),
  };
}
