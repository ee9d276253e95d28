/** What a number of worlds came to. */
export interface Tally {
  seeds: number;
  violations: { seed: number; what: string }[];
  /** How often each thing happened, for the coverage. */
  seen: Map<string, number>;
}

export function emptyTally(): Tally {
  return { seeds: 0, violations: [], seen: new Map() };
}

export function addTo(sum: Tally, part: Tally): void {
  sum.seeds += part.seeds;
  sum.violations.push(...part.violations);
  for (const [what, times] of part.seen) sum.seen.set(what, (sum.seen.get(what) ?? 0) + times);
}

/** Violations by kind, the most frequent first: the same one in other words has other names and numbers. */
export function byKind({ violations }: Tally): { kind: string; seeds: number[]; what: string }[] {
  const kinds = new Map<string, { kind: string; seeds: number[]; what: string }>();
  for (const { seed, what } of [...violations].sort((a, b) => a.seed - b.seed)) {
    const kind = kindOf(what);
    const known = kinds.get(kind);
    if (known) known.seeds.push(seed);
    else kinds.set(kind, { kind, seeds: [seed], what });
  }
  return [...kinds.values()].sort((a, b) => b.seeds.length - a.seeds.length);
}

function kindOf(what: string): string {
  const [invariant = '', ...words] = what.split(' ');
  const rest = words.join(' ').split(';')[0] ?? '';
  return `${invariant} ${rest.replace(/[0-9a-f]{4}~[0-9a-f]{4}(\.\d+)?|f\d+|0x\w+|\d+/g, '#').slice(0, 110)}`;
}
