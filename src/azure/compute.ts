import { ComputeManagementClient } from '@azure/arm-compute';
import { NetworkManagementClient } from '@azure/arm-network';
import type { TokenCredential } from '@azure/identity';
import { ownCredential } from './credential.ts';
import { armOptions } from './transport.ts';

export interface ComputeOptions {
  subscriptionId: string;
  /** Where the pool's VMs are, unless their rows say otherwise. */
  resourceGroup: string;
  /** ARM, where it is not the public cloud's. */
  armUrl?: string;
  /** What tokens for ARM are asked for, where it is not the public cloud's. */
  armScope?: string;
  /** Who calls; this process's own identity if not given. */
  credential?: TokenCredential;
  /** PEM of an authority to trust besides the system's, for this client alone. */
  ca?: string;
}

/** The VMs' side of Azure, and where in it the pool is. */
export interface Compute {
  compute: ComputeManagementClient;
  network: NetworkManagementClient;
  subscriptionId: string;
  resourceGroup: string;
}

/** Clients for the VMs and their network. Nothing is asked of ARM yet. */
export function connectCompute(options: ComputeOptions): Compute {
  const { subscriptionId, resourceGroup, credential = ownCredential() } = options;
  const scope = options.armScope ?? 'https://management.azure.com/.default';
  const common = { ...armOptions(options), endpoint: options.armUrl };
  const compute = new ComputeManagementClient(credential, subscriptionId, {
    ...common,
    credentials: { scopes: [scope] },
  });
  // Of an older make, which knows its scope by another name.
  const network = new NetworkManagementClient(credential, subscriptionId, {
    ...common,
    credentialScopes: scope,
  });
  return { compute, network, subscriptionId, resourceGroup };
}
