/** Different values that are told apart; later new ones are only noticed. */
const distinctMax = 10_000;
/** A longer text is cut; texts that agree so far count as one value. */
const lengthMax = 200;

/** Counts how often each value occurs, in bounded memory. */
export class Tally {
  readonly #counts = new Map<string, number>();
  #isExact = true;

  add(value: string, times = 1): void {
    const key = value.length > lengthMax ? `${value.slice(0, lengthMax)}…` : value;
    const seen = this.#counts.get(key);
    if (seen === undefined && this.#counts.size >= distinctMax) this.#isExact = false;
    else this.#counts.set(key, (seen ?? 0) + times);
  }

  get distinct(): number {
    return this.#counts.size;
  }

  /** Whether all different values were told apart. */
  get isExact(): boolean {
    return this.#isExact;
  }

  /**
   * The most frequent values, of equally frequent ones the first. The counts are exact in any case; past the limit of
   * different values a frequent late-comer may be left out.
   */
  top(count: number): { value: string; count: number }[] {
    return [...this.#counts]
      .sort(([, a], [, b]) => b - a)
      .slice(0, count)
      .map(([value, times]) => ({ value, count: times }));
  }

  /** The same counts for values spelled alike: `1.50` and `1.5` become one. */
  spelled(spelling: (value: string) => string): Tally {
    const tally = new Tally();
    for (const [value, times] of this.#counts) tally.add(spelling(value), times);
    tally.#isExact = this.#isExact;
    return tally;
  }
}
