import type { TokenCredential } from '@azure/identity';
import { BlobServiceClient, newPipeline as blobPipeline } from '@azure/storage-blob';
import { QueueServiceClient, newPipeline as queuePipeline } from '@azure/storage-queue';
import { ownCredential } from '../../azure/credential.ts';
import { pipelineFactory, pipelineOptions } from '../../azure/transport.ts';

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
  const forBlobs = blobPipeline(credential, pipelineOptions({}));
  forBlobs.factories.push(pipelineFactory({}));
  const forQueues = queuePipeline(credential, pipelineOptions({}));
  forQueues.factories.push(pipelineFactory({}));
  return {
    blobs: new BlobServiceClient(serviceUri(name, 'blob', env), forBlobs),
    queues: new QueueServiceClient(serviceUri(name, 'queue', env), forQueues),
  };
}

function serviceUri(name: string, service: 'blob' | 'queue', env: NodeJS.ProcessEnv): string {
  const setting = `${name}__${service}ServiceUri`;
  const account = env[`${name}__accountName`];
  const uri = env[setting] ?? (account && `https://${account}.${service}.core.windows.net`);
  if (!uri) throw new Error(`the setting ${setting} is missing`);
  return uri;
}
