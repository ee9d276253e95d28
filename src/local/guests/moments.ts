/**
 * Minimum, maximum, mean and spread of a stream of numbers in one pass. Welford's method: sums of squares would lose
 * all digits where the spread is small beside the mean, as in dates or coordinates.
 */
export class Moments {
  count = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  mean = 0;
  #squares = 0;

  add(value: number): void {
    this.count += 1;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    const delta = value - this.mean;
    this.mean += delta / this.count;
    this.#squares += delta * (value - this.mean);
  }

  /** Standard deviation of a sample (divided by n - 1); null below two values. */
  get stddev(): number | null {
    return this.count < 2 ? null : Math.sqrt(this.#squares / (this.count - 1));
  }
}
