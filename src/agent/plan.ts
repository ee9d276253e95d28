import type { ConsoleLimits } from './world.ts';

/** What the agent's loop has to know: whose files it does, with which programs, and how often it asks. */
export interface Plan {
  vmName: string;
  /** The guest programs by action. */
  guests: ReadonlyMap<string, Guest>;
  /** The guest program of all other actions, where there is one. */
  otherGuest: Guest | undefined;
  /** Between two looks at the queue. */
  peekMs: number;
  /** Between two questions to the functions, whatever the queue says. */
  askMs: number;
  /** Between two renewals; shorter where the lease is. */
  renewMs: number;
  /** VMs that may hand a file on, one after the other. */
  hopsMax: number;
}

/** A program that does the work of an action. */
export interface Guest {
  /** Program and arguments, with `{input}`, `{output}` and `{action}` to be filled in. */
  command: string[];
  /** Extension of its output, with the dot; may be empty. */
  extension: string;
  /** Where it runs; undefined = in the folder of the run. */
  workingFolder: string | undefined;
  /** Undefined = what the functions say. */
  timeLimitMs: number | undefined;
  environment: Record<string, string>;
  /** The action that its output goes on to, as a new file. */
  next: string | undefined;
  /** Exit codes that no further run would mend. */
  permanentExitCodes: number[];
  console: ConsoleLimits;
}

/** The guest program for an action. */
export function guestFor(action: string, plan: Plan): Guest | undefined {
  return plan.guests.get(action) ?? plan.otherGuest;
}
