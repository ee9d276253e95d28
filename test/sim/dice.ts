/** Chance from one seed: the same seed rolls the same numbers. */
export interface Dice {
  /** 0 to 1. */
  random(): number;
  chance(probability: number): boolean;
  between(min: number, max: number): number;
  whole(min: number, max: number): number;
  pick<T>(items: readonly T[]): T | undefined;
}

export function diceOf(seed: number): Dice {
  let state = (seed * 0x9e3779b1) >>> 0;
  // Mulberry32.
  function random(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  for (let warm = 0; warm < 8; warm++) random();
  const between = (min: number, max: number) => min + random() * (max - min);
  const whole = (min: number, max: number) => Math.floor(between(min, max + 1));
  return {
    random,
    chance: (probability) => random() < probability,
    between,
    whole,
    pick: (items) => items[Math.floor(random() * items.length)],
  };
}
