/** What a source server can be told to do instead of a plain answer. */
export type SourceFault =
  | { kind: 'status'; status: number }
  /** 429 with this `Retry-After`. */
  | { kind: 'throttle'; retryAfterSeconds: number }
  /** The connection breaks after half of the content. */
  | { kind: 'cut' }
  /** The answer is right, but late. */
  | { kind: 'delay'; delayMs: number }
  /** Neither `ETag` nor `Last-Modified`: every request is answered in full. */
  | { kind: 'no-validators' };

/** The faults that are due, by file name. */
export interface SourceFaults {
  set(name: string, fault: SourceFault, times: number): void;
  clear(name: string): void;
  /** The fault for the next request of this file, which uses up one of its times. */
  take(name: string): SourceFault | undefined;
}

export function makeSourceFaults(): SourceFaults {
  const due = new Map<string, { fault: SourceFault; times: number }>();
  return {
    set: (name, fault, times) => void due.set(name, { fault, times }),
    clear: (name) => void due.delete(name),
    take(name) {
      const entry = due.get(name);
      if (!entry || entry.times < 1) return undefined;
      entry.times -= 1;
      return entry.fault;
    },
  };
}
