import type { Job } from './job.ts';
import { canDo, hasRoom, keepsVersionsApart, type VersionFacts } from './room.ts';
import { startsAllowed } from './starts-allowed.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/** The VM for a file, or none, and why: one line for the log row. */
export interface Choice {
  vm: Vm | undefined;
  why: string;
  /** No VM of the pool has this action: waiting will not help. */
  hopeless: boolean;
}

/**
 * Chooses, among the VMs that can do the action: an idle running one; else a deallocated one; else the one with the
 * least listed that has room. Among equals chance decides, so that takers who act at the same time do not all meet at
 * one row.
 */
export function choose(
  vms: readonly Vm[],
  job: Job,
  facts: VersionFacts,
  world: Pick<World, 'rules' | 'now' | 'random'>,
): Choice {
  const able = vms.filter((vm) => canDo(vm, job.action));
  const free = able.filter(
    (vm) =>
      hasRoom(vm, world.rules, world.now()) && keepsVersionsApart(vm, job, facts, world.rules, world.now()),
  );
  const idle = free.filter((vm) => vm.state === 'running' && vm.files.length === 0);
  const asleep = startsAllowed(vms, world.now()) > 0 ? free.filter((vm) => vm.state === 'deallocated') : [];
  const awake = free.filter((vm) => vm.state !== 'deallocated');
  const shortest = Math.min(...awake.map((vm) => vm.files.length));
  const least = awake.filter((vm) => vm.files.length === shortest);

  const [kind, group] =
    idle.length > 0
      ? (['idle', idle] as const)
      : asleep.length > 0
        ? (['asleep', asleep] as const)
        : (['least listed', least] as const);
  const vm = group[Math.floor(world.random() * group.length)];
  const others = able.filter((other) => !free.includes(other)).map((other) => other.name);
  const rest = `${others.length > 0 ? `cannot take it: ${span(others)}; ` : ''}idle ones: ${idle.length}, asleep ones: ${asleep.length}`;
  if (vm) return { vm, why: `${vm.name}: ${kind}; ${rest}`, hopeless: false };
  if (able.length > 0)
    return { vm: undefined, why: `no VM can take it now: ${span(others)}`, hopeless: false };
  return {
    vm: undefined,
    why: `none of the pool's ${vms.length} VMs can do the action "${job.action}"`,
    hopeless: true,
  };
}

/** Names for a log line: all of a few, else the first, the last and how many. */
function span(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names[0]} to ${names.at(-1)} (${names.length})`;
}
