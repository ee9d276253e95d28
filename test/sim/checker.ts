import type { Job } from '../../src/core/job.ts';
import { sameName, type Vm } from '../../src/core/vm.ts';
import type { FileFacts, IndexEntry } from '../../src/core/world.ts';
import type { Actor, Sim } from './sim.ts';

/** What a call of the world has changed. Programs on VMs, people and machines are not our code and make none. */
export type Effect =
  /** A job's row was inserted (then there is no `before`) or written. */
  | { kind: 'job'; before: Job | undefined; after: Job }
  /** A VM's row was written. */
  | { kind: 'vm'; before: Vm; after: Vm }
  /** A result row was to be written; `isNew` if there was none. */
  | { kind: 'result'; job: Job; isNew: boolean }
  /** A blob was deleted: this one. */
  | { kind: 'blob'; file: FileFacts }
  /** An entry was dropped from an index. */
  | { kind: 'dropped'; entry: IndexEntry }
  /** A deallocation was submitted; this is what the VM's row said then. */
  | { kind: 'deallocate'; vm: Vm | undefined }
  /** A script's report of a run that went well was answered; it had read this message and worked this version. */
  | { kind: 'answer'; recorded: string; etag: string; message: { jobId: string; attempt: number } }
  /** Anything else that leaves a trace outside the log: what it was. */
  | { kind: 'other'; call: string };

/** One invariant. What it finds broken it tells in a few words; the word `undefined` is that all is well. */
export interface Checker {
  invariant: `I${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;
  /** Told of every effect of our code, right after it. */
  effect?(effect: Effect, actor: Actor, sim: Sim): string | undefined;
  /** Looks at the state once a simulated minute. */
  minute?(sim: Sim): string | undefined;
  /** Looks at the state when the second phase is over. */
  end?(sim: Sim): string | undefined;
}

/** A job in a few letters, as the trace has it. */
export function nameOf(job: Job): string {
  return `${job.id.slice(0, 4)}~${job.id.slice(24, 28)}.${job.attempt}`;
}

/** Whether a VM's row has an entry of a job at this attempt. */
export function lists(vm: Vm, jobId: string, attempt: number): boolean {
  return vm.files.some((entry) => entry.jobId === jobId && entry.attempt === attempt);
}

/** Whether the row of the VM that a job is on lists it. */
export function isListedOnItsVm(job: Job, { memory }: Sim): boolean {
  const vm =
    memory.vms.get(job.vmName) ?? [...memory.vms.values()].find((row) => sameName(row.name, job.vmName));
  return vm !== undefined && lists(vm, job.id, job.attempt);
}

/** Whether anything still points at a job: an entry of any attempt leads whoever meets it to the job's row. */
export function isListedAnywhere(jobId: string, { memory }: Sim): boolean {
  for (const vm of memory.vms.values()) if (vm.files.some((entry) => entry.jobId === jobId)) return true;
  for (const entry of memory.index.values()) if (entry.jobId === jobId) return true;
  return false;
}

/** The entry as {@link Sim.byHand} names it. */
export function handKey({ jobId, attempt }: { jobId: string; attempt: number }): string {
  return `${jobId}.${attempt}`;
}

/** Whether people have wiped out this job's listing, at its present attempt or the one before: then nothing may lead to it. */
export function isWipedOut({ id, attempt }: Job, { byHand }: Sim): boolean {
  return [attempt, attempt - 1].some((one) => byHand.has(handKey({ jobId: id, attempt: one })));
}

/** Whether a job is on this VM, or was. */
export function everHad(job: Job | undefined, vmName: string): boolean {
  return [job, ...(job?.history ?? [])].some((line) => line !== undefined && sameName(line.vmName, vmName));
}
