import type { TokenCredential } from '@azure/identity';
import type { BlobServiceClient } from '@azure/storage-blob';
import type { QueueServiceClient } from '@azure/storage-queue';
import { ownCredential } from '../../azure/credential.ts';
import { blobService, queueService } from '../../azure/services.ts';

/** The blobs and queues of one account. */
export interface Account {
  blobs: BlobServiceClient;
  queues: QueueServiceClient;
}

/**
 * Connects to the account that a trigger's `connection` names, with this process's identity: `<name>__blobServiceUri` and
 * `<name>__queueServiceUri`, or `<name>__accountName`. Throws if the settings are missing; a connection string is not taken.
 */
export function connectAccount(name: string, env: NodeJS.ProcessEnv): Account {
  const credential: TokenCredential = ownCredential(env[`${name}__clientId`]);
  return {
    blobs: blobService(serviceUri(name, 'blob', env), credential),
    queues: queueService(serviceUri(name, 'queue', env), credential),
  };
}

function serviceUri(name: string, service: 'blob' | 'queue', env: NodeJS.ProcessEnv): string {
  const setting = `${name}__${service}ServiceUri`;
  const account = env[`${name}__accountName`];
  const uri = env[setting] ?? (account && `https://${account}.${service}.core.windows.net`);
  if (!uri) throw new Error(`the setting ${setting} is missing`);
  return uri;
}
