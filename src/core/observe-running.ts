import { staysOn } from './go-on.ts';
import { checkEntries } from './live.ts';
import type { Seen } from './observe.ts';
import { foundDeallocated, isOff } from './power.ts';
import { relieve } from './relieve.ts';
import { isSilent, looksAfterItself } from './silence.ts';
import { startAgain } from './start-again.ts';
import { stop } from './stop.ts';
import { takeBackUnread } from './take-back.ts';
import type { Vm } from './vm.ts';
import type { Power, World } from './world.ts';

/** Recorded as running: idle, switched off while it had files, silent, or at work, and then its entries may be stale. */
export async function observeRunning(vm: Vm, seen: Seen, world: World): Promise<void> {
  const { power, heard } = seen;
  if (vm.files.length === 0) return observeIdle(vm, seen, world);
  if (isOff(power)) return observeSwitchedOff(vm, seen, world);
  if (await isSilent(vm, heard, world)) return observeSilent(vm, world);
  if (!heard?.namesJobs && (await takeBackUnread(vm, heard, world))) return;
  if (vm.silentAt > 0) await world.pool.write({ ...vm, silentAt: 0 });
  else if (!looksAfterItself(heard, world.rules, world.now())) await checkEntries(vm, world);
}

/** Begun by hand or by a late call, and hanging in its boot: no row says `starting`, so nobody else has an eye on it. */
function hangsInBoot(vm: Vm, power: Power, world: World): boolean {
  const sinceMs = world.now() - Math.max(vm.stateAt, vm.startedAt, vm.idleSince);
  return power === 'starting' && sinceMs > world.rules.bootMsMax;
}

/** Switched off by hand; shut down from within, which is still billed; or without work for longer than its idle grace. */
async function observeIdle(vm: Vm, { power }: Seen, world: World): Promise<void> {
  const now = world.now();
  if (power === 'deallocated') await world.pool.write(foundDeallocated(vm, world.rules, now));
  const isBilled = power === 'running' || power === 'stopped' || hangsInBoot(vm, power, world);
  if (!isBilled || vm.maintenanceUntil > now) return;
  if (power === 'stopped')
    await stop(vm, 'it was shut down from within, and is billed until it is deallocated', 'Watchdog', world);
  else if (vm.silentAt > 0) await stop(vm, 'it was silent while it had files', 'Watchdog', world);
  else if (!staysOn(vm, { asksAgain: true }, world))
    await stop(
      vm,
      vm.disabled ? 'it is disabled' : 'nothing was listed for it during its idle grace',
      'Watchdog',
      world,
    );
}

/**
 * Switched off, evicted or shut down with files. What was begun there is decided away, unless its lease runs; what was not is kept, and
 * the VM started for it. A script that starts anew does not know what it has read: its VM keeps nothing.
 */
async function observeSwitchedOff(vm: Vm, seen: Seen, world: World): Promise<void> {
  const { power, heard } = seen;
  const cause = `${vm.name} was found ${power} with this file`;
  const keeps = () => heard?.namesJobs === true;
  const row = await relieve(vm, { cause, keeps }, world);
  if (row?.state !== 'running') return;
  if (row.files.length > 0) await startAgain(row, seen, world);
  else await observeIdle(row, seen, world);
}

/** Silent: marked at the first look. If it still is at the second, its files are decided away and it is stopped without grace. */
async function observeSilent(vm: Vm, world: World): Promise<void> {
  const now = world.now();
  if (vm.silentAt === 0) {
    const marked = await world.pool.write({ ...vm, silentAt: now });
    if (marked) await announceSilence(marked, world);
    return;
  }
  if (now - vm.silentAt < world.rules.silenceMs) return;
  const row = await relieve(vm, { cause: `${vm.name} is silent` }, world);
  if (row?.state === 'running' && row.files.length === 0 && row.maintenanceUntil <= now)
    await stop(row, 'it was silent while it had files', 'Watchdog', world);
}

async function announceSilence(vm: Vm, world: World): Promise<void> {
  const seconds = world.rules.silenceMs / 1000;
  await world.log({
    writer: 'Watchdog',
    level: 'warning',
    event: 'silent',
    message: `${vm.name} has files and says nothing; if that is so in ${seconds} s too, they go to others and it is stopped`,
    vmName: vm.name,
    at: world.now(),
  });
}
