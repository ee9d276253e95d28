import type { InstanceViewStatus, VirtualMachineIdentity } from '@azure/arm-compute';
import { AppError } from '../core/errors.ts';
import type { Vm } from '../core/vm.ts';
import type { MachineIdentity, Machines, Power } from '../core/world.ts';
import { toArmError } from './arm-errors.ts';
import type { Compute } from './compute.ts';
import { toAppError } from './errors.ts';
import { listAddresses } from './network.ts';
import { comparable, parseResourceId, type ResourceId, resourceIdOf } from './resource-id.ts';

interface SubmitOptions {
  abortSignal: AbortSignal;
  onResponse: (response: { bodyAsText?: string | null }) => void;
}

const knownPowers: readonly string[] = [
  'starting',
  'running',
  'stopping',
  'stopped',
  'deallocating',
  'deallocated',
] satisfies Power[];

/**
 * The VMs in ARM. `submitMsMax`: a start or deallocation that has not left by then, because a token or a connection was
 * not to be had, does not leave any more; a late one could hit a VM that has been given something else to do since.
 */
export function azureMachines(pool: Compute, submitMsMax = 10_000): Machines {
  const { virtualMachines } = pool.compute;

  /**
   * Submits an operation once. The poller that the client gives is not to be returned or awaited: it would resolve only
   * when the operation has ended.
   */
  async function submit(operation: 'start' | 'deallocate', vm: Vm): Promise<void> {
    const { resourceGroup, name } = mustHavePlace(vm, pool);
    let body = '';
    const options: SubmitOptions = {
      abortSignal: AbortSignal.timeout(submitMsMax),
      onResponse: ({ bodyAsText }) => {
        body = bodyAsText ?? '';
      },
    };
    try {
      await virtualMachines[operation](resourceGroup, name, options).submitted();
    } catch (error) {
      throw toArmError(error, body);
    }
  }

  return {
    async powers(vms) {
      const found = byName(await reading(listPowers(pool)), vms, pool);
      return new Map(vms.map(({ name }) => [name.toLowerCase(), found.get(name.toLowerCase()) ?? 'unknown']));
    },
    identities: async (vms) => byName(await reading(listIdentities(pool)), vms, pool),
    addresses: async (vms) => byName(await reading(listAddresses(pool.network)), vms, pool),
    start: (vm) => submit('start', vm),
    deallocate: (vm) => submit('deallocate', vm),
  };
}

/** Waits for a list of ARM's, with what goes wrong translated. */
async function reading<T>(list: Promise<T>): Promise<T> {
  try {
    return await list;
  } catch (error) {
    // That the subscription is not there says nothing of its VMs.
    throw toAppError(error);
  }
}

/** What was found at the places of these VMs, by their lower-case names. */
function byName<T>(found: ReadonlyMap<string, T>, vms: readonly Vm[], pool: Compute): Map<string, T> {
  return new Map(
    vms.flatMap((vm): [string, T][] => {
      const place = resourceIdOf(vm, pool);
      const value = place && found.get(comparable(place));
      return value === undefined ? [] : [[vm.name.toLowerCase(), value]];
    }),
  );
}

/** The power states of the whole subscription by place, read in one paged List: one call per VM would be throttled. */
async function listPowers({ compute }: Compute): Promise<Map<string, Power>> {
  const found = new Map<string, Power>();
  for await (const { id = '', instanceView } of compute.virtualMachines.listAll({ statusOnly: 'true' })) {
    const place = parseResourceId(id);
    if (place) found.set(comparable(place), powerIn(instanceView?.statuses ?? []));
  }
  return found;
}

/** The same of their identities, which a list of states alone does not have. */
async function listIdentities({ compute }: Compute): Promise<Map<string, MachineIdentity>> {
  const found = new Map<string, MachineIdentity>();
  for await (const { id = '', identity } of compute.virtualMachines.listAll()) {
    const place = parseResourceId(id);
    const principalId = ownPrincipalIn(identity);
    if (place && principalId) found.set(comparable(place), { principalId, resourceId: id });
  }
  return found;
}

/** Of the identity that is the VM's alone; user-assigned ones may be shared and prove no single VM. */
function ownPrincipalIn(identity: VirtualMachineIdentity | undefined): string | undefined {
  return /\bSystemAssigned\b/i.test(identity?.type ?? '') ? identity?.principalId : undefined;
}

/** The power state is the code `PowerState/…`, beside one of `ProvisioningState/…`. */
function powerIn(statuses: readonly InstanceViewStatus[]): Power {
  return statuses.map(({ code }) => code?.replace('PowerState/', '')).find(isPower) ?? 'unknown';
}

function isPower(text: string | undefined): text is Power {
  return text !== undefined && knownPowers.includes(text);
}

function mustHavePlace(vm: Vm, pool: Compute): ResourceId {
  const place = resourceIdOf(vm, pool);
  if (place) return place;
  const { subscriptionId } = pool;
  throw new AppError(
    'bad_input',
    `the resourceId of ${vm.name} is not a VM's of subscription ${subscriptionId}`,
  );
}
