import type { FuzzOutcome } from './run.ts';
import type { Tally } from './volley.ts';

const findingsMax = 20;

/** One line on the way. */
export function progressOf({ done, answers, findings }: Tally, seconds: number, bytes?: number): string {
  const wrong = [...findings.values()].reduce((sum, { times }) => sum + times, 0);
  const parts = [
    `${String(Math.round(seconds)).padStart(5)} s  ${done} requests`,
    `${Math.round(done / seconds)} a second`,
    countsOf(byStatus(answers)),
    ...(bytes === undefined ? [] : [megabytes(bytes)]),
    ...(wrong === 0 ? [] : [`${wrong} WRONG`]),
  ];
  return parts.join(', ');
}

/** All that a run came to, to be pasted. */
export function summaryOf(
  outcome: FuzzOutcome,
  { seed, parallel }: { seed: number; parallel: number },
): string {
  const { tally, growth, noted, samples, seconds } = outcome;
  const [first] = samples;
  const last = samples.at(-1);
  const memory =
    first && last
      ? `${megabytes(first.bytes)} at the beginning, ${megabytes(last.bytes)} at the end${growth ? `; medians of the second and the last fifth ${megabytes(growth.before)} and ${megabytes(growth.after)}` : '; too short to tell growth'}`
      : 'not told by this system';
  const lines = [
    ['requests', `${tally.done}, seed ${seed}, ${parallel} at a time`],
    ['took', `${seconds.toFixed(1)} s, ${Math.round(tally.done / seconds)} a second`],
    ['answers', countsOf(tally.answers)],
    ['memory of the host', memory],
    ['refusals noted', String(noted)],
    ['kinds', `${tally.kinds.size}, ${countsOf(groups(tally.kinds))}`],
    ['verdict', isWell(outcome) ? 'ok' : `${tally.findings.size + outcome.problems.length} FINDINGS`],
  ];
  return lines.map(([name = '', value = '']) => `  ${name.padEnd(20)}${value}`).join('\n');
}

export function isWell({ tally, problems }: FuzzOutcome): boolean {
  return tally.findings.size === 0 && problems.length === 0;
}

/** What is wrong, each with the request that showed it first. */
export function describeFindings({ tally, problems }: FuzzOutcome): string {
  const findings = [...tally.findings].map(
    ([what, { shot, times }]) => `- ${what} (${times} times)\n    ${shot}`,
  );
  const all = [...problems.map((problem) => `- ${problem}`), ...findings];
  const more = all.length - findingsMax;
  return [...all.slice(0, findingsMax), ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}

function countsOf(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([what, times]) => `${times} × ${what}`)
    .join(', ');
}

function byStatus(answers: ReadonlyMap<string, number>): Map<string, number> {
  return groups(answers, ' ');
}

/** By what stands before the separator. */
function groups(counts: ReadonlyMap<string, number>, separator = ':'): Map<string, number> {
  const grouped = new Map<string, number>();
  for (const [what, times] of counts) {
    const [group = ''] = what.split(separator);
    grouped.set(group, (grouped.get(group) ?? 0) + times);
  }
  return grouped;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MB`;
}
