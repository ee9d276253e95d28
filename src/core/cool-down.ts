import type { Rules } from './rules.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/** Starts in a row that came to nothing before a VM counts as broken and people are called. */
const quarantineStarts = 5;

/** The row of a VM whose start came to nothing: it is left alone for a while, which doubles with each in a row. */
export function coolingDown(vm: Vm, cause: string, rules: Rules, now: number): Vm {
  const ms = Math.min(rules.coolDownMsMax, rules.coolDownMsMin * 2 ** vm.failedStarts);
  return {
    ...vm,
    failedStarts: vm.failedStarts + 1,
    unavailableUntil: now + ms,
    unavailableCause: cause,
  };
}

/** Tells people that a VM is left alone, and when it is time that they look at it. */
export async function announceCoolDown(vm: Vm, world: World): Promise<void> {
  const isQuarantined = vm.failedStarts >= quarantineStarts;
  const until = new Date(vm.unavailableUntil).toISOString();
  const times = vm.failedStarts === 1 ? 'once' : `${vm.failedStarts} times in a row`;
  await world.log({
    writer: 'Watchdog',
    level: isQuarantined ? 'error' : 'warning',
    event: isQuarantined ? 'quarantined' : 'cooling-down',
    message: `${vm.name} has failed to start ${times} (${vm.unavailableCause}) and is left alone until ${until}${isQuarantined ? '; look at it: set maintenanceUntil on its row, start it by hand and repair it, or set disabled' : ''}`,
    vmName: vm.name,
    at: world.now(),
  });
}
