import type { OrderVerb } from '../../src/core/orders.ts';
import type { Identity } from '../../src/local/token.ts';

/** What a world at rest has that requests can be about. */
export interface Scene {
  /** Port of the functions on 127.0.0.1. */
  port: number;
  vmKey: string;
  operatorKey: string;
  /** Names of the VMs of the pool, in lower case. */
  vms: readonly string[];
  /** One of them that runs, kept on by hand, with no agent and no file: a call of its own in its own name wakes nothing. */
  awake: string;
  identityOf(vm: string): Identity;
  jobs: readonly SceneJob[];
  /** Addresses from which calls may come, besides 127.0.0.1. */
  addresses: readonly string[];
}

export interface SceneJob {
  id: string;
  fileName: string;
  attempt: number;
  /** Orders that its state does not permit, and that are not what was ordered of it before. */
  refused: readonly OrderVerb[];
}
