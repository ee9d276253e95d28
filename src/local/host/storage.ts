import { startBlob } from './blob.ts';
import { parseBlobPath } from './blob-path.ts';
import { type Account, connectAccount } from './connection.ts';
import type { HostJson } from './host-json.ts';
import type { Invoke } from './invoke.ts';
import type { Log } from './log.ts';
import type { Running } from './poll.ts';
import { startQueue } from './queue.ts';
import { openReceipts } from './receipts.ts';
import type { BlobTrigger, LoadedFunction, QueueTrigger } from './trigger.ts';

/** How often storage is looked at; the real host's intervals, of minutes, are not for somebody who watches. */
export interface Intervals {
  /** Between two scans of a container. */
  scanMs: number;
  /** Between two looks at an empty queue, growing from the first to the second. */
  pollMsMin: number;
  pollMsMax: number;
}

export interface StorageOptions {
  hostJson: HostJson;
  env: NodeJS.ProcessEnv;
  intervals: Intervals;
  invoke: Invoke;
  log: Log;
}

/** Prepares a storage trigger and returns what starts it. Throws if a setting of its connection is missing. */
export interface StorageTriggers {
  blob(called: LoadedFunction, trigger: BlobTrigger): () => Running;
  queue(called: LoadedFunction, trigger: QueueTrigger): () => Running;
}

/** The account that the host itself works with; receipts are kept there whatever account a trigger names. */
const hostConnection = 'AzureWebJobsStorage';
const hostContainer = 'azure-webjobs-hosts';
const blobPoisonQueue = 'webjobs-blobtrigger-poison';
/** How long the real host hides a message that it works on (`QueueListener.cs` of azure-sdk-for-net). */
const hiddenMs = 10 * 60_000;

export function openStorage({ hostJson, env, intervals, invoke, log }: StorageOptions): StorageTriggers {
  const accounts = new Map<string, Account>();
  const accountOf = (connection: string): Account => {
    const account = accounts.get(connection) ?? connectAccount(connection, env);
    accounts.set(connection, account);
    return account;
  };
  return {
    blob(called, trigger) {
      const path = parseBlobPath(trigger.path);
      const { blobs, queues } = accountOf(trigger.connection);
      const hosts = accountOf(hostConnection).blobs.getContainerClient(hostContainer);
      const options = {
        trigger,
        path,
        container: blobs.getContainerClient(path.containerName),
        receipts: openReceipts(hosts, called.name, path.containerName),
        poison: queues.getQueueClient(blobPoisonQueue),
        options: hostJson.blobs,
        scanMs: intervals.scanMs,
        invoke,
        log,
      };
      return () => startBlob(called, options);
    },
    queue(called, { connection, queueName }) {
      const { queues } = accountOf(connection);
      const options = {
        queue: queues.getQueueClient(queueName),
        poison: queues.getQueueClient(`${queueName}-poison`),
        options: hostJson.queues,
        hiddenMs: Math.max(hiddenMs, hostJson.functionTimeoutMs ?? 0),
        pollMsMin: intervals.pollMsMin,
        pollMsMax: intervals.pollMsMax,
        invoke,
        log,
      };
      return () => startQueue(called, options);
    },
  };
}
