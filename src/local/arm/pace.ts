import { createHash } from 'node:crypto';

export interface PaceOptions {
  bootMs: number;
  deallocateMs: number;
  /** By how much of itself a time may be longer or shorter, 0 to 1. */
  jitter: number;
  seed: number;
}

/** How long a VM's next boot or deallocation takes (ms); the same for the same seed, whatever the other VMs do. */
export type Pace = (what: 'boot' | 'deallocate') => number;

export function makePace(vm: string, options: PaceOptions): Pace {
  let turn = 0;
  return (what) => {
    const key = [options.seed, vm.toLowerCase(), what, turn++].join(' ');
    const random = createHash('sha256').update(key).digest().readUInt32BE() / 2 ** 32;
    const ms = what === 'boot' ? options.bootMs : options.deallocateMs;
    return ms * (1 + options.jitter * (2 * random - 1));
  };
}
