import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../src/core/errors.ts';
import type { Vm } from '../../src/core/vm.ts';
import type { MachineIdentity, Machines } from '../../src/core/world.ts';
import { bearers } from './stage-bearers.ts';
import { outage } from './stage-keys.ts';

/** What a List call takes at the least when ARM is slow: calls meet in it. */
const slowMs = 100;

/** What ARM says of the VMs of the pool, unless it is down. */
export function reports() {
  const identities = new Map<string, MachineIdentity>([
    ['vm01', bearers.vm01],
    ['vm02', bearers.vm02],
  ]);
  const addresses = new Map([
    ['vm01', ['127.0.1.1', '10.0.0.4', '2001:db8::1']],
    ['vm02', ['127.0.1.2', '10.0.0.5']],
  ]);
  const ordered: string[] = [];
  const arm = { asked: 0, state: 'up' as 'down' | 'slow' | 'up', identities, addresses, ordered };
  async function report<T>(all: ReadonlyMap<string, T>, vms: readonly Vm[]): Promise<Map<string, T>> {
    arm.asked += 1;
    if (arm.state === 'down') throw new AppError('unavailable', outage);
    if (arm.state === 'slow') await sleep(slowMs);
    const names = vms.map(({ name }) => name.toLowerCase());
    return new Map([...all].filter(([name]) => names.includes(name)));
  }
  const machines: Pick<Machines, 'identities' | 'addresses'> = {
    identities: (vms) => report(identities, vms),
    addresses: (vms) => report(addresses, vms),
  };
  return Object.assign(arm, { machines });
}
