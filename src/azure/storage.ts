import { TableClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import type { ContainerClient } from '@azure/storage-blob';
import type { QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { defaultNames, type Names } from '../core/names.ts';
import { ownCredential } from './credential.ts';
import { blobService, queueService } from './services.ts';
import { type TransportOptions, tableOptions } from './transport.ts';

export interface StorageOptions extends TransportOptions {
  /** Service URLs with the account, like `https://account.blob.core.windows.net`. */
  blobUrl: string;
  queueUrl: string;
  tableUrl: string;
  names?: Partial<Names>;
  /** Who calls; this process's own identity if not given. */
  credential?: TokenCredential;
  /** Client id of a user-assigned identity that is to be this process's own. */
  clientId?: string;
}

/** The containers, queues and tables of the contract. */
export interface Storage {
  data: ContainerClient;
  results: ContainerClient;
  /** What the deployment tells the VMs. */
  config: ContainerClient;
  queueprocessing: QueueClient;
  queuelog: QueueClient;
  /** All queues of the account, for the poison queues. */
  queues: QueueServiceClient;
  tblvm: TableClient;
  tbllog: TableClient;
  tblresults: TableClient;
  tbljob: TableClient;
}

/** Clients for the storage of the contract. Nothing is asked of the service yet. */
export function connectStorage(options: StorageOptions): Storage {
  const { blobUrl, queueUrl, tableUrl, credential = ownCredential(options.clientId) } = options;
  const names = { ...defaultNames, ...options.names };
  const blobs = blobService(blobUrl, credential, options);
  const queues = queueService(queueUrl, credential, options);
  const table = (name: string) => new TableClient(tableUrl, name, credential, tableOptions(options));
  return {
    data: blobs.getContainerClient(names.data),
    results: blobs.getContainerClient(names.results),
    config: blobs.getContainerClient(names.config),
    queueprocessing: queues.getQueueClient(names.queueprocessing),
    queuelog: queues.getQueueClient(names.queuelog),
    queues,
    tblvm: table(names.tblvm),
    tbllog: table(names.tbllog),
    tblresults: table(names.tblresults),
    tbljob: table(names.tbljob),
  };
}
