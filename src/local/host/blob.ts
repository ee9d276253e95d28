import { type BlobItem, type ContainerClient, RestError } from '@azure/storage-blob';
import type { QueueClient } from '@azure/storage-queue';
import { blobInput, blobMetadata } from './blob-data.ts';
import type { BlobPath } from './blob-path.ts';
import type { HostJson } from './host-json.ts';
import type { Invoke } from './invoke.ts';
import { describeError, type Log } from './log.ts';
import { sendPoison } from './poison.ts';
import { type Running, startPolling } from './poll.ts';
import type { Receipts } from './receipts.ts';
import type { BlobTrigger, LoadedFunction } from './trigger.ts';

export interface BlobTriggerOptions {
  trigger: BlobTrigger;
  path: BlobPath;
  container: ContainerClient;
  receipts: Receipts;
  /** The queue `webjobs-blobtrigger-poison`. */
  poison: QueueClient;
  /** As in host.json. */
  options: HostJson['blobs'];
  /** Between two scans. */
  scanMs: number;
  invoke: Invoke;
  log: Log;
}

/**
 * Runs a function for each new version of a blob, found by listing the container again and again. A version that fails is
 * tried at the next scans, `poisonBlobThreshold` times in all, then told to the poison queue. A receipt ends it either way.
 *
 * The real host puts a queue of its own between scan and function; here the scan itself waits for room.
 */
export function startBlob(called: LoadedFunction, options: BlobTriggerOptions): Running {
  const { container, path, receipts, log } = options;
  const inFlight = new Map<string, Promise<void>>();
  const failures = new Map<string, number>();
  let areReceiptsLoaded = false;

  const polling = startPolling(
    `blobs of ${container.containerName}`,
    async (stopped) => {
      if (!areReceiptsLoaded) await receipts.load();
      areReceiptsLoaded = true;
      const seen = new Set<string>();
      for await (const blob of container.listBlobsFlat({ includeMetadata: true })) {
        const key = receipts.keyOf(blob);
        seen.add(key);
        const caught = path.match(blob.name);
        if (!caught || receipts.has(blob) || inFlight.has(key)) continue;
        while (inFlight.size >= options.options.maxDegreeOfParallelism) await Promise.race(inFlight.values());
        if (stopped.aborted) return 0;
        begin(key, blob, caught);
      }
      receipts.keep(seen);
      for (const key of failures.keys()) if (!seen.has(key)) failures.delete(key);
      return options.scanMs;
    },
    options.scanMs,
    log,
  );

  function begin(key: string, blob: BlobItem, caught: Record<string, string>): void {
    const done = work(key, blob, caught)
      .catch((error) => log('Host', 'warning', `blob ${blob.name}: ${describeError(error)}`))
      .finally(() => inFlight.delete(key));
    inFlight.set(key, done);
  }

  async function work(key: string, blob: BlobItem, caught: Record<string, string>): Promise<void> {
    const input = await blobInput(blob, container, options.trigger).catch(undefinedIfGone);
    if (!input) return;
    const { error } = await options.invoke(called, input, blobMetadata(blob, container, caught));
    if (error !== undefined) {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      if (count < options.options.poisonBlobThreshold) return;
      await sendPoison(options.poison, poisonMessage(called.name, blob, container));
      log('Host', 'warning', `blob ${blob.name} failed too often, told to ${options.poison.name}`);
    }
    await receipts.write(blob);
  }

  return {
    async stop() {
      await polling.stop();
      await Promise.all(inFlight.values());
    },
  };
}

function undefinedIfGone(error: unknown): undefined {
  if (error instanceof RestError && error.statusCode === 404) return undefined;
  throw error;
}

/** `BlobTriggerMessage.cs` of azure-sdk-for-net, in base64. */
function poisonMessage(functionName: string, blob: BlobItem, container: ContainerClient): string {
  const message = {
    FunctionId: `Host.Functions.${functionName}`,
    BlobType: blob.properties.blobType?.replace('Blob', ''),
    ContainerName: container.containerName,
    BlobName: blob.name,
    ETag: `"${blob.properties.etag}"`,
  };
  return Buffer.from(JSON.stringify(message)).toString('base64');
}
