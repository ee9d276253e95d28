import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { TokenCredential } from '@azure/identity';
import type { ContainerClient } from '@azure/storage-blob';
import { AppError } from '../core/errors.ts';
import { encodeMessage, type LogEvent } from '../core/message.ts';
import { defaultNames, type Names } from '../core/names.ts';
import type { ReceivedMessage } from '../core/search.ts';
import type { Ticket } from '../core/vm.ts';
import { mustNameBlob } from './blob-name.ts';
import { vmCredential } from './credential.ts';
import { ifThere, isSpoiled, isStatus, toAppError, translated, unless } from './errors.ts';
import { decodeMetadata } from './metadata.ts';
import { putFile } from './put.ts';
import { blobService, queueService } from './services.ts';
import type { TransportOptions } from './transport.ts';

export interface AgentStorageOptions extends TransportOptions {
  blobUrl: string;
  queueUrl: string;
  names?: Partial<Pick<Names, 'data' | 'results' | 'config' | 'queueprocessing' | 'queuelog'>>;
  /** Who calls; the VM's managed identity if not given. */
  credential?: TokenCredential;
}

/** What the deployment tells the VMs is a few hundred bytes. */
const configBytesMax = 64 * 1024;

/** Larger files travel in blocks, a few at a time, so that memory stays small and so does what is tried again. */
const inBlocks = { maxSingleShotSize: 8 * 1024 * 1024, concurrency: 3 };

/** The storage as a VM uses it. All of it throws `AppError`s; nothing is asked of the service yet. */
export function connectAgentStorage(options: AgentStorageOptions) {
  const { credential = vmCredential() } = options;
  const names = { ...defaultNames, ...options.names };
  const blobs = blobService(options.blobUrl, credential, options);
  const queues = queueService(options.queueUrl, credential, options);
  const data = blobs.getContainerClient(names.data);
  const results = blobs.getContainerClient(names.results);
  const config = blobs.getContainerClient(names.config);
  const work = queues.getQueueClient(names.queueprocessing);
  const log = queues.getQueueClient(names.queuelog);

  return {
    /** The text of a blob of the deployment's; undefined if it is not there. */
    readConfig: (name: string): Promise<string | undefined> => ifThere(() => readText(config, name)),

    peek: (count: number): Promise<string[]> =>
      translated(async () => {
        const { peekedMessageItems } = await work.peekMessages({ numberOfMessages: count });
        return peekedMessageItems.map((message) => message.messageText);
      }),

    receive: (count: number, visibilityMs: number): Promise<ReceivedMessage[]> =>
      translated(async () => {
        const { receivedMessageItems } = await work.receiveMessages({
          numberOfMessages: count,
          visibilityTimeout: Math.ceil(visibilityMs / 1000),
        });
        return receivedMessageItems.map(({ messageId, popReceipt, messageText }) => ({
          messageId,
          popReceipt,
          text: messageText,
        }));
      }),

    async giveBack({ messageId, popReceipt }: Ticket): Promise<void> {
      await unless(() => work.updateMessage(messageId, popReceipt, undefined, 0), isSpoiled);
    },

    async remove({ messageId, popReceipt }: Ticket): Promise<void> {
      await unless(() => work.deleteMessage(messageId, popReceipt), isSpoiled);
    },

    sendLog: (event: LogEvent): Promise<void> =>
      translated(async () => {
        await log.sendMessage(encodeMessage(event));
      }),

    download: (fileName: string, etag: string, path: string, signal: AbortSignal) =>
      download(data, { fileName, etag }, path, signal),

    uploadResult: (name: string, path: string, signal: AbortSignal): Promise<void> =>
      translated(async () => {
        await mustNameBlob(results, name).uploadFile(path, { ...inBlocks, abortSignal: signal });
      }),

    async handOn(
      name: string,
      path: string,
      metadata: Record<string, string>,
      signal: AbortSignal,
    ): Promise<void> {
      const { size } = await stat(path);
      const body = createReadStream(path, { signal });
      // Who reads it gets the error; it may come before anybody does, and would then end the process.
      body.on('error', () => {});
      await putFile({ data }, { fileName: name, body, metadata, ifAbsent: true, sizeBytes: size });
    },
  };
}

/**
 * What gets tokens of the VM's identity for an audience; the client keeps them while they are good. That none is to be had is
 * `unavailable`, whatever the cause: identities, and the applications that they ask for, come and go with deployments.
 */
export function tokenSource(credential = vmCredential()): (audience: string) => Promise<string> {
  return async (audience) => {
    try {
      const found = await credential.getToken(`${audience.replace(/\/+$/, '')}/.default`);
      if (found) return found.token;
    } catch (cause) {
      // It has a line for each way that was tried.
      const why = String((cause as Error).message)
        .replace(/\s+/g, ' ')
        .slice(0, 500);
      throw new AppError('unavailable', `no token of this VM's identity: ${why}`, { cause });
    }
    throw new AppError('unavailable', "no token of this VM's identity");
  };
}

async function readText(container: ContainerClient, name: string): Promise<string> {
  const { contentLength = 0, readableStreamBody: body } = await container.getBlobClient(name).download();
  if (!body) throw new AppError('unavailable', 'the download has no content');
  if (contentLength <= configBytesMax) return await text(body).catch(brokenOff);
  body.on('error', () => {});
  (body as Readable).destroy();
  throw new AppError('misconfigured', `it is larger than ${configBytesMax} bytes`);
}

/** Downloads one version of a file to disk, in a stream; the client asks again for the rest where it breaks off. */
async function download(
  data: ContainerClient,
  { fileName, etag }: { fileName: string; etag: string },
  path: string,
  signal: AbortSignal,
): Promise<{ outcome: 'ok'; metadata: Record<string, string> } | { outcome: 'changed' | 'gone' }> {
  const blob = mustNameBlob(data, fileName);
  try {
    const answer = await blob.download(0, undefined, {
      conditions: { ifMatch: `"${etag}"` },
      abortSignal: signal,
    });
    if (!answer.readableStreamBody) throw new AppError('unavailable', 'the download has no content');
    await pipeline(answer.readableStreamBody, createWriteStream(path), { signal }).catch(brokenOff);
    return { outcome: 'ok', metadata: decodeMetadata(answer.metadata) };
  } catch (error) {
    if (isStatus(error, 404, 'BlobNotFound')) return { outcome: 'gone' };
    // A condition is not met by a blob that is not there, either.
    if (isStatus(error, 412))
      return { outcome: (await translated(() => blob.exists())) ? 'changed' : 'gone' };
    throw toAppError(error);
  }
}

function brokenOff(cause: Error): never {
  if (cause.name === 'RestError') throw cause;
  throw new AppError('unavailable', `the download broke off: ${cause.message}`, { cause });
}
