import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { Power } from '../../core/world.ts';
import type { Certificate } from '../certificate.ts';
import { closeServer, listen } from '../listen.ts';
import { serve } from '../reply.ts';
import type { Identity } from '../token.ts';
import { makeAuthorize, type TokenIssuer } from './authorize.ts';
import { type Faults, makeFaults } from './faults.ts';
import { makeFleet, type PowerListener } from './fleet.ts';
import type { Usage } from './machine.ts';
import { makeOperations } from './operation.ts';
import { Refusal } from './refusal.ts';
import { answer, type Estate } from './routes.ts';
import { parseTarget } from './target.ts';
import { makeThrottle } from './throttle.ts';

export interface ArmOptions {
  certificate: Certificate;
  /** Whose tokens are believed: the identity endpoint. */
  issuer: TokenIssuer;
  subscriptionId: string;
  resourceGroup: string;
  /** Names of the VMs to begin with, all deallocated. */
  machines: readonly string[];
  /** Private addresses of these VMs, in their order; 127.0.0.1 where there is none. */
  addresses?: readonly string[];
  bootMs: number;
  deallocateMs: number;
  /** By how much of itself each of these times may vary, 0 to 1; 0.2 by default. */
  jitter?: number;
  seed?: number;
  /** Resources in one page of a list; 50 by default. */
  pageSize?: number;
  /** How many times faster than in Azure the throttling's buckets refill; by default as many as `bootMs` is. */
  rate?: number;
  /** ms since the epoch. */
  now?(): number;
}

/** The emulated ARM. VM names compare without case; one that is not there is an error. */
export interface Arm {
  url: string;
  faults: Faults;
  power(name: string): Power;
  /** The system-assigned identity that ARM reports for a VM. */
  identityOf(name: string): Identity;
  /** Calls the listener at every change of power; the function returned ends that. */
  onPower(listener: PowerListener): () => void;
  /** Adds a VM, deallocated. */
  add(name: string, privateAddress?: string): void;
  /**
   * Deletes a VM and makes it again under its name, deallocated: it has a new identity ({@link identityOf}), keeps its addresses, and its usage
   * is counted anew.
   */
  rebuild(name: string): void;
  /** The private address of a VM's network interface. */
  addressOf(name: string): string;
  setAddress(name: string, privateAddress: string): void;
  /** Starts or deallocates a VM by hand, past faults and throttling. */
  switchOn(name: string): void;
  deallocate(name: string): void;
  /** The guest shuts down: the VM is `stopped`, and still billed. Throws unless it is running. */
  switchOff(name: string): void;
  /** The host fails: the VM is `starting` again by itself. Throws unless it is running. */
  crash(name: string): void;
  /** Starts and billed time of all VMs, and of each. */
  stats(): Usage & { vms: Record<string, Usage> };
  close(): Promise<void>;
}

/** A boot in Azure takes two to three minutes. */
const azureBootMs = 150_000;

/**
 * Starts an emulated ARM on a free port of 127.0.0.1, over HTTPS: as much of it as lists, starts and deallocates VMs and
 * finds their addresses, with its long-running operations, its throttling, and what goes wrong with it on demand.
 */
export async function startArm(options: ArmOptions): Promise<Arm> {
  const { issuer, subscriptionId, resourceGroup, bootMs, deallocateMs, now = Date.now } = options;
  const { jitter = 0.2, seed = 0, rate = Math.max(1, azureBootMs / Math.max(1, bootMs)) } = options;
  const operations = makeOperations(now);
  const pace = { bootMs, deallocateMs, jitter, seed };
  const fleet = makeFleet({ subscriptionId, resourceGroup, pace, operations, now });
  for (const [index, name] of options.machines.entries()) {
    fleet.add(name, options.addresses?.[index] ?? '127.0.0.1');
  }

  const server = createServer(options.certificate);
  const origin = `https://127.0.0.1:${await listen(server)}`;
  const faults = makeFaults();
  const estate: Estate = {
    origin,
    tenantId: issuer.tenantId,
    subscriptionId,
    resourceGroup,
    pageSize: options.pageSize ?? 50,
    fleet,
    operations,
    faults,
    throttle: makeThrottle({ rate, now }),
  };
  const authorize = makeAuthorize(issuer);
  serve(server, async ({ method = '', url = '', headers }) => {
    try {
      const callerId = await authorize(headers.authorization);
      const asked = new URL(url, origin);
      return answer(estate, parseTarget(method, asked), asked, callerId);
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      throw error;
    }
  });

  const mustFind = (name: string) => {
    const vm = fleet.find(name);
    assert(vm, `there is no VM ${name}`);
    return vm;
  };
  return {
    url: origin,
    faults,
    power: (name) => mustFind(name).machine.power(),
    identityOf: (name) => mustFind(name).identity,
    onPower: fleet.onPower,
    add: (name, privateAddress = '127.0.0.1') => fleet.add(name, privateAddress),
    rebuild: (name) => fleet.rebuild(mustFind(name)),
    addressOf: (name) => mustFind(name).privateAddress,
    setAddress(name, privateAddress) {
      mustFind(name).privateAddress = privateAddress;
    },
    switchOn: (name) => void mustFind(name).machine.start(),
    deallocate: (name) => void mustFind(name).machine.deallocate(),
    switchOff: (name) => mustFind(name).machine.switchOff(),
    crash: (name) => mustFind(name).machine.crash(),
    stats() {
      const vms = Object.fromEntries(fleet.all().map(({ name, machine }) => [name, machine.usage()]));
      const total = { starts: 0, onMs: 0 };
      for (const { starts, onMs } of Object.values(vms)) {
        total.starts += starts;
        total.onMs += onMs;
      }
      return { ...total, vms };
    },
    async close() {
      await closeServer(server);
      for (const { machine } of fleet.all()) machine.close();
    },
  };
}
