import { readListed } from './live.ts';
import type { Rules } from './rules.ts';
import { shortestTimeLimitMs, timeLimitMsOf } from './time-limit.ts';
import type { Heard, Vm } from './vm.ts';
import type { World } from './world.ts';

/**
 * Whether a VM that lists files has been silent for too long: since its start, the listing of its first file and its last
 * word. Our agent speaks several times a lease, once it is up: ARM says `running` before the guest system is. A script says nothing
 * before it is done, so it has its action's time limit.
 */
export async function isSilent(vm: Vm, heard: Heard | undefined, world: World): Promise<boolean> {
  const [first] = vm.files;
  if (!first) return false;
  const silentMs = world.now() - Math.max(vm.stateAt, vm.startedAt, first.at, heard?.at ?? 0);
  const { leaseMs, bootMsMax } = world.rules;
  if (heard?.namesJobs) return silentMs > (heard.at < vm.startedAt ? Math.max(leaseMs, bootMsMax) : leaseMs);
  if (silentMs <= shortestTimeLimitMs(world.rules)) return false;
  const job = await readListed(first, vm, world);
  return silentMs > timeLimitMsOf(job?.action ?? '', world.rules);
}

/** Whether a VM's agent has spoken so lately that it looks after its row itself: it asks twice a minute, or renews. */
export function looksAfterItself(heard: Heard | undefined, rules: Rules, now: number): boolean {
  return heard?.namesJobs === true && now - heard.at < rules.silenceMs;
}
