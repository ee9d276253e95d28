import { sameName } from '../../core/vm.ts';
import type { Reply } from '../reply.ts';
import type { Call, FaultSource } from './faults.ts';
import type { ArmVm, Fleet } from './fleet.ts';
import type { Operations } from './operation.ts';
import { accepted, statusOf } from './operation-replies.ts';
import { refuse } from './problem.ts';
import { refusal } from './refusal.ts';
import {
  instanceViewToJson,
  networkInterfaceNameOf,
  networkInterfaceToJson,
  publicAddressNameOf,
  publicAddressToJson,
  vmToJson,
} from './resources.ts';
import type { Target } from './target.ts';
import type { Throttle } from './throttle.ts';

/** What the routes work on. */
export interface Estate {
  /** Where ARM itself is reached. */
  origin: string;
  tenantId: string;
  subscriptionId: string;
  resourceGroup: string;
  /** VMs in one page of a list. */
  pageSize: number;
  fleet: Fleet;
  operations: Operations;
  faults: FaultSource;
  throttle: Throttle;
}

type Route = (estate: Estate, target: Target, url: URL) => Reply;

const routes: Record<string, Route> = {
  'get compute/virtualmachines': listVms,
  'get compute/virtualmachines/*': (estate, { name }, url) => {
    const vm = mustFind(estate, 'Microsoft.Compute/virtualMachines', name);
    const headers = admit(estate, 'get', vm.name);
    const instanceView = url.searchParams.get('$expand')?.toLowerCase() === 'instanceview';
    return { status: 200, headers, body: vmToJson(vm, estate.tenantId, { instanceView }) };
  },
  'get compute/virtualmachines/*/instanceview': (estate, { name }) => {
    const vm = mustFind(estate, 'Microsoft.Compute/virtualMachines', name);
    const headers = admit(estate, 'get', vm.name);
    return { status: 200, headers, body: instanceViewToJson(vm) };
  },
  'post compute/virtualmachines/*/start': (estate, { name }) => {
    const { faults } = estate;
    return operate(estate, 'start', name, ({ machine }) => machine.start(faults.failureOfBoot(name)));
  },
  'post compute/virtualmachines/*/deallocate': (estate, { name }) => {
    const { faults } = estate;
    return operate(estate, 'deallocate', name, ({ machine }) =>
      machine.deallocate(faults.deallocationMs(name)),
    );
  },
  'get compute/locations/*/operations': ({ operations }, { id }, url) => {
    const operation = operations.find(id);
    if (!operation) throw refusal(404, 'NotFound', `Operation ${id} is not known.`);
    return statusOf(operation, url.searchParams.get('monitor') === 'true');
  },
  'get network/networkinterfaces/*': (estate, { name }) => {
    const vm = mustFind(estate, 'Microsoft.Network/networkInterfaces', name, networkInterfaceNameOf);
    return { status: 200, body: networkInterfaceToJson(vm) };
  },
  'get network/publicipaddresses/*': (estate, { name }) => {
    const vm = mustFind(estate, 'Microsoft.Network/publicIPAddresses', name, publicAddressNameOf);
    return { status: 200, body: publicAddressToJson(vm) };
  },
};

/** Answers a request of a caller who is known by its object id. Throws the refusal if ARM says no. */
export function answer(estate: Estate, target: Target, url: URL, callerId: string): Reply {
  const { subscriptionId, resourceGroup, name } = target;
  if (!sameName(subscriptionId, estate.subscriptionId)) {
    throw refusal(404, 'SubscriptionNotFound', `The subscription '${subscriptionId}' could not be found.`);
  }
  if (resourceGroup !== '' && !sameName(resourceGroup, estate.resourceGroup)) {
    throw refusal(404, 'ResourceGroupNotFound', `Resource group '${resourceGroup}' could not be found.`);
  }
  // The VMs have identities, and no role in ARM.
  if (estate.fleet.all().some(({ identity }) => identity.principalId === callerId)) {
    throw refuse('permission', target.route, name);
  }
  const route = routes[target.route];
  if (!route) throw refusal(404, 'NotFound', `Nothing is served for ${target.route}.`);
  return route(estate, target, url);
}

function listVms(estate: Estate, target: Target, url: URL): Reply {
  const headers = admit(estate, 'list', '');
  const vms = estate.fleet.all();
  const from = Number(url.searchParams.get('$skiptoken') ?? 0);
  const to = from + estate.pageSize;
  const instanceView = url.searchParams.get('statusOnly') === 'true';
  const value = vms.slice(from, to).map((vm) => ({
    ...vmToJson(vm, estate.tenantId, { instanceView }),
    // Lists of the whole subscription are known to write the group in capitals.
    ...(target.resourceGroup === '' && { id: withGroupInCapitals(vm.id) }),
  }));
  const next = new URL(url.pathname + url.search, estate.origin);
  next.searchParams.set('$skiptoken', String(to));
  return { status: 200, headers, body: { value, ...(to < vms.length && { nextLink: next.href }) } };
}

function operate(
  estate: Estate,
  call: 'start' | 'deallocate',
  name: string,
  begin: (vm: ArmVm) => ReturnType<ArmVm['machine']['start']>,
): Reply {
  const vm = mustFind(estate, 'Microsoft.Compute/virtualMachines', name);
  const headers = admit(estate, call, vm.name);
  const reply = accepted(begin(vm), `${estate.origin}/subscriptions/${estate.subscriptionId}`);
  return { ...reply, headers: { ...headers, ...reply.headers } };
}

/** Counts a call and lets it pass; returns the headers that tell the limits. Throws the refusal if it may not pass. */
function admit({ throttle, faults }: Estate, call: Call, vm: string): Record<string, string> {
  const headers = throttle.count(call, vm);
  const problem = faults.refusalOf(call, vm);
  if (problem) throw refuse(problem, call, vm);
  return headers;
}

function mustFind(estate: Estate, type: string, name: string, nameOf = (vm: string) => vm): ArmVm {
  const vm = estate.fleet.all().find((vm) => sameName(nameOf(vm.name), name));
  if (vm) return vm;
  const message = `The Resource '${type}/${name}' under resource group '${estate.resourceGroup}' was not found.`;
  throw refusal(404, 'ResourceNotFound', message);
}

function withGroupInCapitals(id: string): string {
  return id.replace(/(?<=\/resourceGroups\/)[^/]+/, (group) => group.toUpperCase());
}
