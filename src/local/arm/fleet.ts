import { randomUUID } from 'node:crypto';
import type { Power } from '../../core/world.ts';
import type { Identity } from '../token.ts';
import { type Machine, makeMachine } from './machine.ts';
import type { Operations } from './operation.ts';
import { makePace, type PaceOptions } from './pace.ts';

/** A VM with what ARM knows of it. */
export interface ArmVm {
  name: string;
  /** Its ARM id. */
  id: string;
  vmId: string;
  /** System-assigned. */
  identity: Identity;
  /** Of its network interface. */
  privateAddress: string;
  /** Gone while it is deallocated, as dynamic addresses are. */
  publicAddress: string;
  machine: Machine;
}

export interface FleetOptions {
  subscriptionId: string;
  resourceGroup: string;
  pace: PaceOptions;
  operations: Operations;
  now(): number;
}

export type PowerListener = (name: string, power: Power) => void;

/** The VMs of the resource group. */
export interface Fleet {
  all(): readonly ArmVm[];
  /** By name, without case. */
  find(name: string): ArmVm | undefined;
  add(name: string, privateAddress: string): void;
  /** Deletes a VM and makes it again, deallocated: all is new about it but its name, its place and its addresses. */
  rebuild(vm: ArmVm): void;
  /** Calls the listener at every change of power; the function returned ends that. */
  onPower(listener: PowerListener): () => void;
}

export function makeFleet(options: FleetOptions): Fleet {
  const vms = new Map<string, ArmVm>();
  const listeners = new Set<PowerListener>();
  const group = `/subscriptions/${options.subscriptionId}/resourceGroups/${options.resourceGroup}`;
  const tell = (name: string, power: Power) => {
    for (const listener of listeners) listener(name, power);
  };

  function put(name: string, privateAddress: string, publicAddress: string): void {
    const id = `${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
    vms.set(name.toLowerCase(), {
      name,
      id,
      vmId: randomUUID(),
      identity: { principalId: randomUUID(), clientId: randomUUID(), resourceId: id },
      privateAddress,
      publicAddress,
      machine: makeMachine(name, {
        operations: options.operations,
        pace: makePace(name, options.pace),
        now: options.now,
        onPower: (power) => tell(name, power),
      }),
    });
  }

  return {
    all: () => [...vms.values()],
    find: (name) => vms.get(name.toLowerCase()),
    add: (name, privateAddress) => put(name, privateAddress, publicAddressOf(vms.size)),
    rebuild({ name, privateAddress, publicAddress, machine }) {
      machine.close();
      put(name, privateAddress, publicAddress);
      if (machine.power() !== 'deallocated') tell(name, 'deallocated');
    },
    onPower(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** From the network that is set aside for tests of network devices (RFC 2544): no address of anybody's. */
function publicAddressOf(index: number): string {
  return `198.18.${Math.floor(index / 250)}.${1 + (index % 250)}`;
}
