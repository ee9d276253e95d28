/**
 * Keeps all numbers given to it up to a limit, and beyond that a random choice of them, each equally likely to be kept
 * (Vitter's algorithm R). The choice is drawn from a fixed seed: the same file gives the same profile each time.
 */
export class Sample {
  readonly #kept: number[] = [];
  readonly #countMax: number;
  #seen = 0;
  #state = 0x9e3779b9;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  add(value: number): void {
    this.#seen += 1;
    if (this.#kept.length < this.#countMax) {
      this.#kept.push(value);
      return;
    }
    const place = Math.floor(this.#random() * this.#seen);
    if (place < this.#countMax) this.#kept[place] = value;
  }

  /** The values kept, in ascending order. */
  sorted(): Float64Array {
    return Float64Array.from(this.#kept).sort();
  }

  /** 0 to 1: the generator mulberry32. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
