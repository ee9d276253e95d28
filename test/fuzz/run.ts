import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestWorld } from '../e2e/box.ts';
import { secretsIn } from '../e2e/secrets.ts';
import { gunOf } from './grammar.ts';
import { type Growth, growthIn, residentBytes, type Sample } from './memory.ts';
import { ticksPass } from './rest.ts';
import type { Scene } from './scene.ts';
import { differences, type Everything, refusalsIn, snapshotOf } from './snapshot.ts';
import { emptyTally, fire, type Tally } from './volley.ts';

export interface FuzzOptions {
  /** What there is, at rest. */
  before: Everything;
  requests: number;
  seed: number;
  parallel: number;
  /** Is told now and then how far it is. */
  progress(tally: Tally, seconds: number, bytes: number | undefined): void;
  ended: AbortSignal;
}

/** What a run came to. */
export interface FuzzOutcome {
  tally: Tally;
  /** Beside what single answers show. Empty, as the findings of the tally are, if all is well. */
  problems: string[];
  growth: Growth | undefined;
  samples: Sample[];
  /** Rows of the log that note a refusal. */
  noted: number;
  seconds: number;
}

const sampleMs = 250;
const progressMs = 5000;
/** Refusals that are noted in a minute. */
const notedMax = 60;

/** Fires random requests at a world that has come to rest, and holds everything in it to what it was. */
export async function runFuzz(world: TestWorld, scene: Scene, options: FuzzOptions): Promise<FuzzOutcome> {
  const { before, requests, parallel, seed } = options;
  const next = await gunOf(scene, world.identity, seed);
  const notedBefore = await refusalsIn(world);
  const tally = emptyTally();
  const samples: Sample[] = [];
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const { pid } = world.host.child;
  const sample = () => {
    const bytes = residentBytes(pid);
    if (bytes !== undefined) samples.push({ done: tally.done, bytes });
  };
  const timers = [
    setInterval(sample, sampleMs),
    setInterval(() => options.progress(tally, seconds(), samples.at(-1)?.bytes), progressMs),
  ];
  let broken: string | undefined;
  const ended = new AbortController();
  const end = () => ended.abort();
  options.ended.addEventListener('abort', end, { once: true });
  if (options.ended.aborted) end();
  void world.broken.then((what) => {
    broken = what;
    end();
  });
  try {
    sample();
    await fire({ next, port: scene.port, requests, parallel, tally, ended: ended.signal });
    sample();
  } finally {
    for (const timer of timers) clearInterval(timer);
    options.ended.removeEventListener('abort', end);
  }
  const elapsed = seconds();
  const growth = growthIn(samples, requests);
  const problems = broken !== undefined ? [`${broken}: ${endOfLog(world)}`] : await changesIn(world, before);
  const noted =
    broken !== undefined ? [] : (await refusalsIn(world)).filter((key) => !notedBefore.includes(key));
  // A minute may have been under way before.
  const minutes = Math.floor(elapsed / 60) + (notedBefore.length > 0 ? 2 : 1);
  if (noted.length > notedMax * minutes)
    problems.push(`${noted.length} refusals were noted in ${minutes} minutes, more than ${notedMax} in each`);
  if (growth?.isMore) problems.push(`the host has grown from ${growth.before} to ${growth.after} bytes`);
  if (world.host.child.pid !== pid) problems.push('the host was started again');
  problems.push(...failuresIn(world), ...(broken !== undefined ? [] : await secretsIn(world)));
  return { tally, problems, growth, samples, noted: noted.length, seconds: elapsed };
}

/** What has changed, also by what the watchdog made of it. */
async function changesIn(world: TestWorld, before: Everything): Promise<string[]> {
  const atOnce = differences(before, await snapshotOf(world));
  if (atOnce.length > 0) return atOnce;
  await ticksPass(world, 1);
  return differences(before, await snapshotOf(world));
}

/** The folder goes with the world. */
function endOfLog({ folder }: TestWorld): string {
  return readFileSync(join(folder.logs, 'host.log'), 'utf8').trim().split('\n').slice(-20).join('\n    ');
}

/** Functions that failed, by what the host says of them: a caller is told no more than that. */
function failuresIn({ folder }: TestWorld): string[] {
  const log = readFileSync(join(folder.logs, 'host.log'), 'utf8');
  const failed = [...log.matchAll(/(func\w+) \w+ failed after \d+ ms: (.*)/g)].map(
    ([, name, why]) => `${name} failed: ${why?.slice(0, 500)}`,
  );
  return [...new Set(failed)];
}
