import { AppError, isAppError } from './errors.ts';
import { throttledMs } from './refused-start.ts';
import type { Machines } from './world.ts';

/**
 * Machines that honour a throttling: until the time that ARM asked for is over, the same kind of call is not sent again, but
 * answered as ARM did. One tick that has a hundred VMs to start would otherwise be throttled a hundred times, and ARM counts
 * those calls too (Troubleshoot API throttling errors).
 */
export function patient(machines: Machines, now: () => number): Machines {
  const until = new Map<string, number>();

  async function ask<T>(kind: string, call: () => Promise<T>): Promise<T> {
    const leftMs = (until.get(kind) ?? 0) - now();
    if (leftMs > 0)
      throw new AppError('throttled', `ARM throttles: no ${kind} for ${Math.ceil(leftMs / 1000)} s more`, {
        retryAfterMs: leftMs,
      });
    try {
      return await call();
    } catch (error) {
      if (isAppError(error, 'throttled')) until.set(kind, now() + (error.retryAfterMs ?? throttledMs));
      throw error;
    }
  }

  return {
    powers: (vms) => ask('list', () => machines.powers(vms)),
    identities: (vms) => ask('list', () => machines.identities(vms)),
    addresses: (vms) => ask('list of interfaces', () => machines.addresses(vms)),
    start: (vm) => ask('start', () => machines.start(vm)),
    deallocate: (vm) => ask('deallocate', () => machines.deallocate(vm)),
  };
}
