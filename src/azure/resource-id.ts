import type { Vm } from '../core/vm.ts';

/** Where ARM has a VM. */
export interface ResourceId {
  subscriptionId: string;
  resourceGroup: string;
  name: string;
}

const pattern =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Compute\/virtualMachines\/([^/]+)$/i;

/** The parts of a VM's resource id; undefined if it is not that of a VM. */
export function parseResourceId(text: string): ResourceId | undefined {
  const parts = pattern.exec(text);
  if (!parts) return undefined;
  const [, subscriptionId = '', resourceGroup = '', name = ''] = parts;
  return { subscriptionId, resourceGroup, name };
}

/**
 * A VM's place in ARM: under its name in the pool's resource group, unless its row says otherwise. Undefined if its row
 * names something else than a VM of the pool's subscription.
 */
export function resourceIdOf(
  vm: Vm,
  pool: { subscriptionId: string; resourceGroup: string },
): ResourceId | undefined {
  const { subscriptionId, resourceGroup } = pool;
  if (vm.resourceId === '') return { subscriptionId, resourceGroup, name: vm.name };
  const id = parseResourceId(vm.resourceId);
  return id?.subscriptionId.toLowerCase() === subscriptionId.toLowerCase() ? id : undefined;
}

/** A text by which two places compare: ARM itself does not keep the case of its ids. */
export function comparable({ subscriptionId, resourceGroup, name }: ResourceId): string {
  return `${subscriptionId}/${resourceGroup}/${name}`.toLowerCase();
}
