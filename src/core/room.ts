import { isVersionOf, type Job } from './job.ts';
import type { Rules } from './rules.ts';
import { timeLimitMsOf } from './time-limit.ts';
import type { Heard, Vm } from './vm.ts';

/** Whether a VM may be given one more file now, whichever it is. Nothing is ever listed on a `stopping` row. */
export function hasRoom(vm: Vm, rules: Rules, now: number): boolean {
  if (vm.state === 'stopping' || vm.disabled || isSilenced(vm)) return false;
  if (vm.state !== 'running' && vm.unavailableUntil > now) return false;
  return vm.files.length < rules.filesPerVmMax;
}

/** Found silent, and not off since. A mark that is left on the row of a VM that is off (by a hand) stands against nothing. */
export function isSilenced({ silentAt, state }: Vm): boolean {
  return silentAt > 0 && state !== 'deallocated';
}

/** Whether a VM's programs can do an action; a row that names none can do all. */
export function canDo(vm: Vm, action: string): boolean {
  return vm.actions.length === 0 || vm.actions.includes(action);
}

/** What is known about the other versions of a job's file, for {@link keepsVersionsApart}. */
export interface VersionFacts {
  /** The other versions of the file that have a job. */
  others: readonly Job[];
  /** When each VM last spoke and how, by lower-case name. */
  heard: ReadonlyMap<string, Heard>;
}

/** How much longer than its time limit an older version's late report is reckoned with. */
const lateReportMs = 5 * 60_000;

/**
 * Whether a VM may be given this version of a file. A script's call names the file but not the version, so on a VM that
 * is not known to name its jobs two versions are never listed together, and a version that has an older one only if the
 * VM was started since, or if no report of the older one can be under way any more.
 */
export function keepsVersionsApart(
  vm: Vm,
  job: Job,
  facts: VersionFacts,
  rules: Rules,
  now: number,
): boolean {
  if (facts.heard.get(vm.name.toLowerCase())?.namesJobs) return true;
  if (vm.files.some((entry) => entry.jobId !== job.id && isVersionOf(entry.jobId, job.fileName)))
    return false;
  const hasOlder = facts.others.some((other) => other.insertedAt <= job.insertedAt);
  const startsNow = vm.state === 'deallocated' && vm.files.length === 0;
  return (
    !hasOlder ||
    startsNow ||
    vm.startedAt > job.insertedAt ||
    now > job.insertedAt + timeLimitMsOf(job.action, rules) + lateReportMs
  );
}
