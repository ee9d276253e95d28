import type { InstanceViewStatus } from '@azure/arm-compute';
import { AppError } from '../core/errors.ts';
import type { Vm } from '../core/vm.ts';
import type { Machines, Power } from '../core/world.ts';
import { toArmError } from './arm-errors.ts';
import type { Compute } from './compute.ts';
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
      const found = await listPowers(pool);
      return new Map(
        vms.map((vm) => {
          const place = resourceIdOf(vm, pool);
          return [vm.name.toLowerCase(), (place && found.get(comparable(place))) ?? 'unknown'];
        }),
      );
    },
    start: (vm) => submit('start', vm),
    deallocate: (vm) => submit('deallocate', vm),
  };
}

/** The power states of the whole subscription by place, read in one paged List: one call per VM would be throttled. */
async function listPowers({ compute }: Compute): Promise<Map<string, Power>> {
  const found = new Map<string, Power>();
  try {
    for await (const { id = '', instanceView } of compute.virtualMachines.listAll({ statusOnly: 'true' })) {
      const place = parseResourceId(id);
      if (place) found.set(comparable(place), powerIn(instanceView?.statuses ?? []));
    }
  } catch (error) {
    throw toArmError(error, '');
  }
  return found;
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
