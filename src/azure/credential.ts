import { DefaultAzureCredential, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';

/** The managed identity of this VM, and nobody else's, whoever else is signed in on it. */
export function vmCredential(): TokenCredential {
  return new ManagedIdentityCredential();
}

/**
 * The identity of this process: the managed identity where the host offers one (`IDENTITY_ENDPOINT`, as App Service,
 * Functions and the world in a box do) or where a user-assigned one is named; else whatever is signed in.
 */
export function ownCredential(clientId = '', env: NodeJS.ProcessEnv = process.env): TokenCredential {
  if (clientId) return new ManagedIdentityCredential({ clientId });
  return env.IDENTITY_ENDPOINT ? new ManagedIdentityCredential() : new DefaultAzureCredential();
}
