import type { Rules } from '../../src/core/rules.ts';
import type { World } from '../../src/core/world.ts';
import type { Checker } from './checker.ts';
import type { Clock } from './clock.ts';
import type { Dice } from './dice.ts';
import type { Faults } from './faults.ts';
import type { Memory } from './memory.ts';

/** One run: its world, its chance, what goes wrong in it, and what was seen. */
export interface Sim {
  clock: Clock;
  dice: Dice;
  memory: Memory;
  rules: Rules;
  /** The world as it is: every call succeeds at once. */
  world: World;
  /** Set to `noFaults` when the second phase begins. */
  faults: Faults;
  /** Files come, ticks run and VMs stop many times as often as elsewhere. */
  isHurried: boolean;
  /** The second phase: nothing goes wrong any more. */
  isCalm: boolean;
  /** Every version of every file that was ever uploaded, in order. */
  uploads: Upload[];
  machines: Map<string, Machine>;
  checkers: Checker[];
  /** Entries (job id and attempt) that people took off a VM's row with their own hands. */
  byHand: Set<string>;
  /** When people last edited a VM's row, by its name. */
  editedAt: Map<string, number>;
  /** When people last typed its state, or put a fresh row in its place: then it may tell of a VM that it is off, and it works. */
  mistoldAt: Map<string, number>;
  /** Minutes with a tick of the watchdog in which every call went as it should, and when the last of them was. */
  cleanTicks: number;
  cleanTickAt: number;
  /** When a row of a job or a VM was last written. */
  writtenAt: number;
  invocations: number;
  violations: string[];
  /** Lines are kept only where somebody will read them: they cost half of a run. */
  isTraced: boolean;
  trace: string[];
  /** How often each thing happened, for the coverage. */
  seen: Map<string, number>;
  /** Starts the program of a machine that is up. */
  launch(machine: Machine): void;
  /** Asks it to end by itself. */
  end(machine: Machine): void;
  /** Puts a file into `data`; its event is on its way. */
  upload(fileName: string, metadata: Record<string, string>, fate: Upload['fate']): void;
}

export interface Upload {
  fileName: string;
  etag: string;
  jobId: string;
  /** An operator has overwritten or deleted it. */
  isTaken: boolean;
  /** What its guest does. */
  fate: 'ok' | 'fails' | 'flaky' | 'kills' | 'hangs';
}

/** Whoever makes calls: a function invocation, a program on a VM. Once it is not alive its calls never return. */
export interface Actor {
  name: string;
  isAlive: boolean;
  /** None of its calls has failed, been lost or taken minutes so far. */
  isClean: boolean;
  calls: number;
  /** What it is doing, for the checkers. */
  intent: Intent;
}

export interface Intent {
  verb:
    | 'assign'
    | 'claim'
    | 'renew'
    | 'release'
    | 'finish'
    | 'tend'
    | 'sweep'
    | 'order'
    | 'outsider'
    | 'program';
  vmName?: string;
  jobId?: string;
  attempt?: number;
  status?: string;
  /** An outsider who speaks as a VM of the pool, of a job that is not its. */
  isMember?: boolean;
  /** The version that a script's report is about. */
  etag?: string;
}

export interface Machine {
  name: string;
  kind: 'agent' | 'script' | 'holder';
  /** Rises with every order, so that what an earlier one has under way is void. */
  epoch: number;
  /** Its agent is set to let its guests run for a month, whatever the functions say. */
  isLax: boolean;
  program: Actor | undefined;
}

export function actorOf(name: string, intent: Intent): Actor {
  return { name, isAlive: true, isClean: true, calls: 0, intent };
}

/** Resolves never: what a crash leaves of a call. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}

const traceLinesMax = 20_000;

export function note(sim: Sim, line: () => string): void {
  if (!sim.isTraced) return;
  sim.trace.push(`${((sim.clock.now() - startMs) / 1000).toFixed(1).padStart(8)} ${line()}`);
  if (sim.trace.length > traceLinesMax) sim.trace.shift();
}

export function count(sim: Sim, what: string): void {
  sim.seen.set(what, (sim.seen.get(what) ?? 0) + 1);
}

export function violate(sim: Sim, what: string): void {
  sim.violations.push(what);
  note(sim, () => `VIOLATION ${what}`);
}

export const startMs = 1_700_000_000_000;
