/** Something that is looked up elsewhere and remembered for a while. */
export interface Remembered<T> {
  /** What was read last, if it is not too old; else what is read now. */
  read(): Promise<T>;
  /** What is read now, unless it was read a moment ago: for whoever has reason to think that it has changed. */
  readAgain(): Promise<T>;
}

export interface MemoryLimits {
  /** From this age on it is read anew, while the old value still serves (ms). */
  freshMsMax: number;
  /** What is older is not used (ms). An outage that is shorter than the time between the two is noticed by nobody. */
  keptMsMax: number;
  /** `readAgain` does not read again before (ms): nobody can have it read in a row. */
  againMsMin: number;
}

/** After a reading that failed there is none for so long: else all who need it would have it read in a row, in the middle of an outage. */
const pauseMs = 1000;

/**
 * Remembers what `read` gives. However many ask at once, it is read once. A reading that failed is told to those who asked for it and
 * to those who come within the second after it; it takes the place of no value. `onFailure` is told of the first in a row: while an old
 * value serves nobody else would know.
 */
export function remember<T>(
  read: () => Promise<T>,
  { freshMsMax, keptMsMax, againMsMin }: MemoryLimits,
  now: () => number,
  onFailure: (error: unknown) => Promise<void> = async () => {},
): Remembered<T> {
  let last: { value: T; at: number } | undefined;
  let failed: { error: unknown; at: number } | undefined;
  let flight: Promise<T> | undefined;

  async function readNow(): Promise<T> {
    const at = now();
    try {
      const value = await read();
      last = { value, at };
      failed = undefined;
      return value;
    } catch (error) {
      const isFirst = !failed;
      failed = { error, at: now() };
      if (isFirst) await onFailure(error);
      throw error;
    }
  }

  async function fly(): Promise<T> {
    if (failed && now() - failed.at < pauseMs) throw failed.error;
    flight ??= readNow().finally(() => {
      flight = undefined;
    });
    return flight;
  }

  return {
    async read() {
      if (!last || now() - last.at > keptMsMax) return fly();
      // Told of by `onFailure`, and to whoever needs the value when it has grown too old.
      if (now() - last.at > freshMsMax) fly().catch(() => undefined);
      return last.value;
    },
    async readAgain() {
      return last && now() - last.at < againMsMin ? last.value : fly();
    },
  };
}
