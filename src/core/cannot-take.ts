import type { Job } from './job.ts';
import { canDo, hasRoom, isSilenced, keepsVersionsApart, type VersionFacts } from './room.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/** Why a VM cannot be given a file now, for people; undefined if it can. */
export function cannotTake(
  vm: Vm,
  job: Job,
  facts: VersionFacts,
  world: Pick<World, 'rules' | 'now'>,
): string | undefined {
  const { rules } = world;
  const now = world.now();
  if (!canDo(vm, job.action)) return `${vm.name} does not do the action "${job.action}"`;
  if (!hasRoom(vm, rules, now)) return `${vm.name} ${whyNoRoom(vm, now)}`;
  if (!keepsVersionsApart(vm, job, facts, rules, now))
    return `${vm.name} may still report another version of this file, and its calls do not tell them apart`;
  return undefined;
}

function whyNoRoom(vm: Vm, now: number): string {
  if (vm.disabled) return 'is disabled';
  if (vm.state === 'stopping') return 'is being stopped';
  if (isSilenced(vm)) return `has been silent since ${new Date(vm.silentAt).toISOString()}`;
  if (vm.state !== 'running' && vm.unavailableUntil > now)
    return `cools down until ${new Date(vm.unavailableUntil).toISOString()}${vm.unavailableCause && ` (${vm.unavailableCause})`}`;
  return `has no room: it lists ${vm.files.length} ${vm.files.length === 1 ? 'file' : 'files'}`;
}
