import type { TokenCredential } from '@azure/identity';
import { BlobServiceClient, newPipeline as blobPipeline } from '@azure/storage-blob';
import { QueueServiceClient, newPipeline as queuePipeline } from '@azure/storage-queue';
import { pipelineFactory, pipelineOptions, type TransportOptions } from './transport.ts';

/** A client for the blobs of an account, with our patience and our counting. */
export function blobService(
  url: string,
  credential: TokenCredential,
  options: TransportOptions = {},
): BlobServiceClient {
  const pipeline = blobPipeline(credential, pipelineOptions(options));
  pipeline.factories.push(pipelineFactory(options));
  return new BlobServiceClient(url, pipeline);
}

/** The same for its queues. */
export function queueService(
  url: string,
  credential: TokenCredential,
  options: TransportOptions = {},
): QueueServiceClient {
  const pipeline = queuePipeline(credential, pipelineOptions(options));
  pipeline.factories.push(pipelineFactory(options));
  return new QueueServiceClient(url, pipeline);
}
