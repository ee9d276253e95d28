/** Something that is looked up elsewhere and remembered for a while. */
export interface Remembered<T> {
  /** What was read last, if it is not too old; else what is read now. */
  read(): Promise<T>;
  /** What is read now, unless it was read a moment ago: for whoever has reason to think that it has changed. */
  readAgain(): Promise<T>;
}

export interface MemoryLimits {
  /** What is older is not used (ms). */
  keptMsMax: number;
  /** `readAgain` does not read again before (ms): nobody can have it read in a row. */
  againMsMin: number;
}

/**
 * Remembers what `read` gives. However many ask at once, it is read once; a failed reading is told to those who waited for it, and
 * never remembered. From half of its time on it is read anew while the old value still serves, so that an outage shorter than
 * the other half is noticed by nobody.
 */
export function remember<T>(
  read: () => Promise<T>,
  { keptMsMax, againMsMin }: MemoryLimits,
  now: () => number,
): Remembered<T> {
  let last: { value: T; at: number } | undefined;
  let flight: Promise<T> | undefined;

  async function readNow(): Promise<T> {
    const at = now();
    const value = await read();
    last = { value, at };
    return value;
  }

  function fly(): Promise<T> {
    flight ??= readNow().finally(() => {
      flight = undefined;
    });
    return flight;
  }

  return {
    async read() {
      if (!last || now() - last.at > keptMsMax) return fly();
      // What goes wrong here is told to whoever needs the value when it has grown too old.
      if (now() - last.at > keptMsMax / 2) fly().catch(() => undefined);
      return last.value;
    },
    async readAgain() {
      return last && now() - last.at < againMsMin ? last.value : fly();
    },
  };
}
