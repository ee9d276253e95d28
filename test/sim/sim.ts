import type { Rules } from '../../src/core/rules.ts';
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
  /** Set to `noFaults` when the second phase begins. */
  faults: Faults;
  /** Every version of every file that was ever uploaded, in order. */
  uploads: Upload[];
  machines: Map<string, Machine>;
  violations: string[];
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
  /** An operator has overwritten or deleted it. */
  isTaken: boolean;
  /** What its guest does. */
  fate: 'ok' | 'fails' | 'flaky' | 'kills';
}

/** Whoever makes calls: a function invocation, a program on a VM. Once it is not alive its calls never return. */
export interface Actor {
  name: string;
  isAlive: boolean;
  calls: number;
  /** What it is doing, for the checkers. */
  intent: Intent;
}

export interface Intent {
  verb: 'assign' | 'claim' | 'renew' | 'release' | 'finish' | 'tend' | 'sweep' | 'operator' | 'program';
  vmName?: string;
  jobId?: string;
  attempt?: number;
  status?: string;
  /** The version that a script's report is about. */
  etag?: string;
}

export interface Machine {
  name: string;
  kind: 'agent' | 'script';
  /** Rises with every order, so that what an earlier one has under way is void. */
  epoch: number;
  program: Actor | undefined;
}

export function actorOf(name: string, intent: Intent): Actor {
  return { name, isAlive: true, calls: 0, intent };
}

/** Resolves never: what a crash leaves of a call. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}

const traceLinesMax = 4000;

export function note(sim: Sim, line: string): void {
  sim.trace.push(`${((sim.clock.now() - startMs) / 1000).toFixed(1).padStart(8)} ${line}`);
  if (sim.trace.length > traceLinesMax) sim.trace.shift();
}

export function count(sim: Sim, what: string): void {
  sim.seen.set(what, (sim.seen.get(what) ?? 0) + 1);
}

export function violate(sim: Sim, what: string): void {
  sim.violations.push(what);
  note(sim, `VIOLATION ${what}`);
}

export const startMs = 1_700_000_000_000;
