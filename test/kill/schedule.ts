import { diceOf } from '../sim/dice.ts';
import { lanes, type Scene, type Strike, strikes } from './strikes.ts';
import { makeTurns, type Turns } from './turns.ts';

/** What is to happen when, in ms from the beginning. */
export interface Appointment {
  strike: Strike;
  at: number;
}

/** How many strikes of each kind come with 200 files. */
const strikesOf200: Record<Strike, number> = {
  agent: 14,
  hang: 2,
  pause: 2,
  'shut down': 2,
  evict: 2,
  reboot: 2,
  host: 4,
  'freeze storage': 2,
  'restart storage': 1,
};

/** VMs have to boot before there is anybody to strike. */
const firstMs = 3000;

/** Strikes at random moments; at least one of each kind, however few files there are. */
export function planStrikes(files: number, chaosMs: number, seed: number): Appointment[] {
  const dice = diceOf(seed);
  return (Object.keys(strikesOf200) as Strike[])
    .flatMap((strike) => {
      const share = (strikesOf200[strike] * files) / 200;
      const count = Math.max(1, Math.round(share));
      return Array.from({ length: count }, () => ({ strike, at: dice.between(firstMs, chaosMs) }));
    })
    .sort((a, b) => a.at - b.at);
}

/** Carries out a plan, and resolves when all that was struck is up again. Throws the first error of a strike. */
export async function carryOut(plan: readonly Appointment[], scene: Scene): Promise<void> {
  const startedAt = performance.now();
  const turnsIn = new Map<string, Turns>();
  const all: Promise<void>[] = [];
  for (const { strike, at } of plan) {
    await new Promise((resolve) => setTimeout(resolve, startedAt + at - performance.now()));
    const lane = lanes[strike] ?? `${all.length}`;
    const turns = turnsIn.get(lane) ?? makeTurns();
    turnsIn.set(lane, turns);
    const done = turns(async () => {
      const begunAt = Date.now();
      const struck = await strikes[strike](scene);
      if (struck === undefined) return;
      scene.count(strike);
      scene.note(begunAt, `${strike}: ${struck}`);
    });
    all.push(done);
    done.catch(() => {});
  }
  await Promise.all(all);
}
