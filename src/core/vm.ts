import assert from 'node:assert';
import { canMoveVm, type VmState } from './moves.ts';

/** One VM of the pool: its row in `tblvm`. Every field but the name has a default, so that a row may be written by hand. */
export interface Vm {
  /** As in the row's key; compare with {@link sameName}. */
  name: string;
  state: VmState;
  /** When `state` was written last (ms since the epoch). */
  stateAt: number;
  /** The files that it has, in order. */
  files: Entry[];
  /** When the row last came to list nothing (ms since the epoch); the idle grace counts from here. */
  idleSince: number;
  /** When a start was last ordered (ms since the epoch). */
  startedAt: number;
  /** Starts in a row that came to nothing; forgotten when the VM speaks. */
  failedStarts: number;
  /** When its silence was first seen (ms since the epoch); 0 = not silent. */
  silentAt: number;
  /** It is not to be started before (ms since the epoch). */
  unavailableUntil: number;
  /** Why, for people and for `startsAllowed`: an error code, or `boot`, `silent`; '' = available. */
  unavailableCause: string;
  /** ARM has refused to deallocate it, and is not asked again before (ms since the epoch). */
  deallocateAfter: number;
  /** Set by people: what it can do; empty = every action. */
  actions: string[];
  /** Set by people: it is given nothing more. */
  disabled: boolean;
  /** Set by people: leave it on until then (ms since the epoch). */
  maintenanceUntil: number;
  /** Set by people: its ARM id, where it is not in the pool's resource group under its name. */
  resourceId: string;
  /** ETag of the row as read or written last; every write names it. */
  version: string;
}

/** A file on a VM's row. Live only if its job is assigned or processing on this VM at this attempt. */
export interface Entry {
  jobId: string;
  attempt: number;
  /** When it was listed (ms since the epoch). */
  at: number;
  /** The message that was sent for it; absent until that is known. */
  ticket?: Ticket;
}

/** What deletes one queue message. */
export interface Ticket {
  messageId: string;
  popReceipt: string;
}

/** When a VM last spoke, and whether it named its job then, as our agent does and a script does not. */
export interface Heard {
  at: number;
  namesJobs: boolean;
}

/** The row after a move of the VM, not yet written. Moves that the table has not are programming errors. */
export function moveVm(vm: Vm, state: VmState, now: number): Vm {
  assert(canMoveVm(vm.state, state), `a VM cannot go from ${vm.state} to ${state}`);
  return { ...vm, state, stateAt: now };
}

/** VM names compare without case, as Azure's do. */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
