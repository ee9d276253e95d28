import { type Compute, type ComputeOptions, connectCompute } from './compute.ts';
import { ownCredential } from './credential.ts';
import { connectStorage, type Storage, type StorageOptions } from './storage.ts';

export type ConnectOptions = StorageOptions & ComputeOptions;

/** What the function app talks to: the storage of the contract, and the VMs. */
export type Connection = Storage & Compute;

/** Clients for everything that the function app talks to, under one identity. Nothing is asked of Azure yet. */
export function connect(options: ConnectOptions): Connection {
  const { credential = ownCredential(options.clientId) } = options;
  return { ...connectStorage({ ...options, credential }), ...connectCompute({ ...options, credential }) };
}
