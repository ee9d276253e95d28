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
  /** Calls the listener at every change of power; the function returned ends that. */
  onPower(listener: PowerListener): () => void;
}

export function makeFleet(options: FleetOptions): Fleet {
  const vms = new Map<string, ArmVm>();
  const listeners = new Set<PowerListener>();
  const group = `/subscriptions/${options.subscriptionId}/resourceGroups/${options.resourceGroup}`;
  return {
    all: () => [...vms.values()],
    find: (name) => vms.get(name.toLowerCase()),
    add(name, privateAddress) {
      const id = `${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
      vms.set(name.toLowerCase(), {
        name,
        id,
        vmId: randomUUID(),
        identity: { principalId: randomUUID(), clientId: randomUUID(), resourceId: id },
        privateAddress,
        publicAddress: publicAddressOf(vms.size),
        machine: makeMachine(name, {
          operations: options.operations,
          pace: makePace(name, options.pace),
          now: options.now,
          onPower: (power) => {
            for (const listener of listeners) listener(name, power);
          },
        }),
      });
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
