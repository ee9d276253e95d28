import { isLive } from '../../../src/core/live.ts';
import { sameName, type Vm } from '../../../src/core/vm.ts';
import type { Checker } from '../checker.ts';
import type { Sim } from '../sim.ts';

/** A VM that is billed for nothing, and for how long. */
interface Idle {
  state: Vm['state'];
  /** As its row had it: a file that comes and goes between two looks begins another idleness. */
  idleSince: number;
  /** Clean ticks when that began, and when its row took its present state. */
  from: number;
  stateFrom: number;
}

const slackUnderFaults = 3;
/** More than the states of one way down from a start by hand. */
const ticksOfWholeWay = 12;

/**
 * I4: while ARM answers, no VM without listed live files and without a maintenance hold stays billed beyond boot deadline or
 * idle grace plus two ticks; longer raises an alert.
 *
 * Time is counted in ticks in which every call went as it should: what fails or takes minutes permits more. One tick more is
 * allowed, for entries that went stale: they are dropped before the idle grace begins.
 */
export function nothingRunsForNothing(): Checker {
  const idle = new Map<string, Idle>();
  return {
    invariant: 'I4',
    minute(sim) {
      for (const vm of sim.memory.vms.values()) {
        if (!isBilledForNothing(vm, sim)) {
          idle.delete(vm.name);
          continue;
        }
        const ticks = sim.cleanTicks;
        const { state, idleSince } = vm;
        const last = idle.get(vm.name);
        const known =
          last?.idleSince === idleSince ? last : { state, idleSince, from: ticks, stateFrom: ticks };
        if (known.state !== vm.state) known.stateFrom = ticks;
        known.state = vm.state;
        idle.set(vm.name, known);
        const [sum, sumMax] = [ticks - known.from, ticksOf(sim.rules.bootMsMax) + ticksOfWholeWay];
        const [here, hereMax] = [ticks - known.stateFrom, ticksIn(vm, sim)];
        // A tick in which nothing failed may be one that had nothing to do for this VM: while calls fail there are several of those.
        const slack = sim.isCalm ? 1 : slackUnderFaults;
        if (sum > sumMax * slack || here > hereMax * slack)
          return `${vm.name} has been billed for nothing for ${sum} clean ticks, ${here} of them ${vm.state}`;
      }
      return undefined;
    },
  };
}

function isBilledForNothing(vm: Vm, { memory, clock, editedAt }: Sim): boolean {
  const power = memory.powers.get(vm.name.toLowerCase()) ?? 'unknown';
  if (power === 'deallocated' || power === 'deallocating' || power === 'unknown') return false;
  const now = clock.now();
  if (vm.maintenanceUntil > now || now - (editedAt.get(vm.name) ?? 0) < 60_000) return false;
  // ARM has refused the last call, and is not asked again before.
  if (vm.state === 'stopping' && vm.deallocateAfter > now) return false;
  const isNeeded = vm.files.some((entry) => {
    const job = memory.jobs.get(entry.jobId);
    return job !== undefined && isLive(entry, vm, job);
  });
  // A file that is about to be listed on it, or to be closed.
  const isMeant = [...memory.jobs.values()].some(
    (job) => (job.state === 'assigned' || job.state === 'processing') && sameName(job.vmName, vm.name),
  );
  return !isNeeded && !isMeant;
}

const ticksOf = (ms: number) => Math.ceil(ms / 60_000);

function ticksIn({ state, name }: Vm, { rules, memory }: Sim): number {
  // Whatever its row says, it is booting.
  if (memory.powers.get(name.toLowerCase()) === 'starting') return ticksOf(rules.bootMsMax) + 4;
  switch (state) {
    case 'deallocated':
      return 3;
    case 'starting':
      return ticksOf(rules.bootMsMax) + 3;
    case 'running':
      return ticksOf(rules.idleMsMax) + 4;
    case 'stopping':
      return ticksOf(rules.settleMs) + 3;
  }
}
