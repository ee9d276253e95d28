import { parseArgs } from 'node:util';
import { runSeed } from './run.ts';

/** `npm run sim -- --seeds N [--seed S] [--simple]`: runs N worlds from seed S on; prints what broke and how to see it again. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    /** The watchdog as it is: safety only. */
    simple: { type: 'boolean', default: false },
    lines: { type: 'string', default: '0' },
    all: { type: 'boolean', default: false },
  },
});

const first = Number(values.seed);
const byKind = new Map<string, number[]>();
const seen = new Map<string, number>();
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const sim = await runSeed(seed, { isMended: !values.simple });
  for (const [what, times] of sim.seen) seen.set(what, (seen.get(what) ?? 0) + times);
  const [violation] = sim.violations;
  if (violation === undefined) continue;
  const kind = violation.replace(/[0-9a-f]{4}~[0-9a-f]{4}(\.\d+)?|f\d+|0x\w+|\d+/g, '#').slice(0, 140);
  const seeds = byKind.get(kind) ?? [];
  byKind.set(kind, [...seeds, seed]);
  if (seeds.length === 0 || values.all) {
    console.log(`seed ${seed}: ${violation}`);
    for (const line of Number(values.lines) > 0 ? sim.trace.slice(-Number(values.lines)) : [])
      console.log(line);
  }
}
console.log(`\n${values.seeds} seeds, ${[...byKind.values()].flat().length} with a violation`);
for (const [kind, seeds] of [...byKind].sort((a, b) => b[1].length - a[1].length))
  console.log(`${String(seeds.length).padStart(6)}  ${kind}  seeds ${seeds.slice(0, 5).join(' ')}`);
if (values.all)
  for (const [what, times] of [...seen].sort()) console.log(`${String(times).padStart(9)} ${what}`);
process.exitCode = byKind.size > 0 ? 1 : 0;
