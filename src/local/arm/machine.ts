import assert from 'node:assert/strict';
import { canMoveVm, type VmState } from '../../core/moves.ts';
import type { Power } from '../../core/world.ts';
import type { Operation, Operations } from './operation.ts';
import type { Pace } from './pace.ts';
import { type Problem, refuse, say } from './problem.ts';

/** A VM's power, and what changes it: operations of ARM, and what happens to it otherwise. */
export interface Machine {
  power(): Power;
  /**
   * Boots it; one that is on or booting is left as it is. A `failure` shows half-way through the boot. Throws the
   * refusal 409 while it is being deallocated.
   */
  start(failure?: Problem | 'hang'): Operation;
  /** Deallocates it, or leaves it so; a boot under way is given up. `takeMs` instead of its usual time. */
  deallocate(takeMs?: number): Operation;
  /** Its guest shuts down: off, but still billed. Throws unless it is running. */
  switchOff(): void;
  /** It loses its host and boots again by itself. Throws unless it is running. */
  crash(): void;
  usage(): Usage;
  /** Nothing happens to it any more. */
  close(): void;
}

/** How often VMs were started, and for how long (ms) they were billed: `starting` is not, `running` and `stopped` are. */
export interface Usage {
  starts: number;
  onMs: number;
}

export interface MachineOptions {
  operations: Operations;
  pace: Pace;
  now(): number;
  /** Called at every change. */
  onPower(power: Power): void;
}

/**
 * What the table of moves calls a power state. A guest that has shut down leaves its VM allocated: `stopped` is billed
 * and starts and deallocates as `running` does (states-lifecycle).
 */
const stateOf = {
  deallocated: 'deallocated',
  starting: 'starting',
  running: 'running',
  stopped: 'running',
  deallocating: 'stopping',
} as const satisfies { [P in Power]?: VmState };

type MachinePower = keyof typeof stateOf;

/**
 * Makes a deallocated VM. What comes while another operation is under way: a repeated one joins it, a deallocation ends a
 * boot (whose operation is then `Canceled`, `OperationPreempted`), a start during a deallocation is refused with 409
 * `OperationNotAllowed`, "another operation is in progress". Texts and codes are Azure's (virtual-machines/error-messages,
 * azure-rest-api-specs#22434); that it is these that come here is not documented.
 */
export function makeMachine(name: string, { operations, pace, now, onPower }: MachineOptions): Machine {
  let power: MachinePower = 'deallocated';
  let operation = finished();
  let timer: NodeJS.Timeout | undefined;
  let starts = 0;
  let onMs = 0;
  let billedSince: number | undefined;

  function finished(): Operation {
    const done = operations.begin();
    operations.end(done, 'Succeeded');
    return done;
  }

  function move(to: MachinePower): void {
    const allowed = stateOf[power] === stateOf[to] || canMoveVm(stateOf[power], stateOf[to]);
    assert(allowed, `${name} cannot go from ${power} to ${to}`);
    clearTimeout(timer);
    power = to;
    onMs += billedMs();
    billedSince = stateOf[to] === 'running' ? now() : undefined;
    onPower(to);
  }

  function billedMs(): number {
    return billedSince === undefined ? 0 : now() - billedSince;
  }

  function begin(to: MachinePower): Operation {
    const message = 'Operation execution has been preempted by a more recent operation.';
    operations.end(operation, 'Canceled', { code: 'OperationPreempted', message });
    operation = operations.begin();
    move(to);
    return operation;
  }

  function succeedAfter(ms: number, to: MachinePower): void {
    timer = setTimeout(() => {
      move(to);
      operations.end(operation, 'Succeeded');
    }, ms);
  }

  function failAfter(ms: number, problem: Problem): void {
    timer = setTimeout(() => {
      move('deallocated');
      operations.end(operation, 'Failed', say(problem, 'start', name));
    }, ms);
  }

  return {
    power: () => power,
    start(failure) {
      if (power === 'starting') return operation;
      if (power === 'running') return finished();
      if (!canMoveVm(stateOf[power], 'starting')) throw refuse('busy', 'start', name);
      const begun = begin('starting');
      const bootMs = pace('boot');
      starts += 1;
      if (failure === undefined) succeedAfter(bootMs, 'running');
      else if (failure !== 'hang') failAfter(bootMs / 2, failure);
      return begun;
    },
    deallocate(takeMs = pace('deallocate')) {
      if (power === 'deallocating') return operation;
      if (power === 'deallocated') return finished();
      const begun = begin('deallocating');
      succeedAfter(takeMs, 'deallocated');
      return begun;
    },
    switchOff() {
      assert.equal(power, 'running', `${name} has no guest to shut down`);
      move('stopped');
    },
    crash() {
      assert.equal(power, 'running', `${name} is not running`);
      begin('starting');
      succeedAfter(pace('boot'), 'running');
    },
    usage: () => ({ starts, onMs: onMs + billedMs() }),
    close: () => clearTimeout(timer),
  };
}
