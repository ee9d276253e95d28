import { sameName } from '../../core/vm.ts';
import type { Reply } from '../reply.ts';
import type { Call, FaultSource } from './faults.ts';
import type { ArmVm, Fleet } from './fleet.ts';
import { pageOf } from './list.ts';
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
  type Resource,
  vmStatusToJson,
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
  /** Resources in one page of a list. */
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
  'get network/networkinterfaces': listOf(networkInterfaceToJson),
  'get network/networkinterfaces/*': getOf(
    networkInterfaceToJson,
    'Microsoft.Network/networkInterfaces',
    networkInterfaceNameOf,
  ),
  'get network/publicipaddresses': listOf(publicAddressToJson),
  'get network/publicipaddresses/*': getOf(
    publicAddressToJson,
    'Microsoft.Network/publicIPAddresses',
    publicAddressNameOf,
  ),
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
  const { fleet, tenantId } = estate;
  const toJson =
    url.searchParams.get('statusOnly') === 'true'
      ? vmStatusToJson
      : (vm: ArmVm) => vmToJson(vm, tenantId, { instanceView: false });
  return { ...pageOf(fleet.all().map(toJson), target, url, estate), headers };
}

/** Lists one thing of the network that each VM has. */
function listOf(toJson: (vm: ArmVm) => Resource): Route {
  return (estate, target, url) => {
    const headers = admit(estate, 'network', '');
    return { ...pageOf(estate.fleet.all().map(toJson), target, url, estate), headers };
  };
}

/** Gets one thing of the network, by its own name. */
function getOf(toJson: (vm: ArmVm) => Resource, type: string, nameOf: (vm: string) => string): Route {
  return (estate, { name }) => {
    const headers = admit(estate, 'network', '');
    return { status: 200, headers, body: toJson(mustFind(estate, type, name, nameOf)) };
  };
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
