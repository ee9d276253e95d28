import { sameName } from '../../core/vm.ts';
import type { Problem } from './problem.ts';

/** What a client can ask of ARM; `network` is whatever it asks of interfaces and public addresses. */
export type Call = 'start' | 'deallocate' | 'get' | 'list' | 'network';

/** What is to go wrong: on one VM or on any, the next `times` times or every time. */
export type Fault = { vm?: string; times?: number } & (
  | { on: Call; refuse: Problem }
  /** A start that is accepted, and then fails or never ends. */
  | { on: 'boot'; fail: Problem | 'hang' }
  /** A deallocation that takes this long. */
  | { on: 'deallocation'; takeMs: number }
);

/** The faults of the emulated ARM, none to begin with. */
export interface Faults {
  /** Sets a fault; the function returned takes it away again. */
  add(fault: Fault): () => void;
  clear(): void;
}

/** The same for those who have to act on them: each question uses up one turn of the fault that it finds. */
export interface FaultSource extends Faults {
  /** `vm` is '' for a list and for the network. */
  refusalOf(call: Call, vm: string): Problem | undefined;
  failureOfBoot(vm: string): Problem | 'hang' | undefined;
  deallocationMs(vm: string): number | undefined;
}

export function makeFaults(): FaultSource {
  const faults = new Map<Fault, { left: number }>();

  function take<F extends Fault>(isMeant: (fault: Fault) => fault is F, vm: string): F | undefined {
    for (const [fault, turns] of faults) {
      if (!isMeant(fault) || (fault.vm !== undefined && !sameName(fault.vm, vm))) continue;
      turns.left -= 1;
      if (turns.left === 0) faults.delete(fault);
      return fault;
    }
    return undefined;
  }

  return {
    add(fault) {
      const own = { ...fault };
      faults.set(own, { left: fault.times ?? Number.POSITIVE_INFINITY });
      return () => {
        faults.delete(own);
      };
    },
    clear: () => faults.clear(),
    refusalOf: (call, vm) =>
      take((fault): fault is Extract<Fault, { refuse: Problem }> => fault.on === call, vm)?.refuse,
    failureOfBoot: (vm) => take((fault) => fault.on === 'boot', vm)?.fail,
    deallocationMs: (vm) => take((fault) => fault.on === 'deallocation', vm)?.takeMs,
  };
}
