import type { BlobItem, ContainerClient } from '@azure/storage-blob';
import type { TypedData } from './rpc.ts';
import type { BlobTrigger } from './trigger.ts';

/**
 * What a function gets of a blob: its content, read whole into memory as the real host does, or with `sdkBinding` a
 * reference, as `BlobsExtensionConfigProvider.cs` of azure-sdk-for-net writes it.
 */
export async function blobInput(
  blob: BlobItem,
  container: ContainerClient,
  { byReference, connection }: BlobTrigger,
): Promise<TypedData> {
  if (!byReference) return { bytes: await container.getBlobClient(blob.name).downloadToBuffer() };
  const reference = { Connection: connection, ContainerName: container.containerName, BlobName: blob.name };
  return {
    modelBindingData: {
      version: '1.0',
      source: 'AzureStorageBlobs',
      contentType: 'application/json',
      content: Buffer.from(JSON.stringify(reference)),
    },
  };
}

/**
 * What the real host tells of a blob besides its content (`BlobTriggerBinding.cs`); what the path's pattern caught goes over
 * the rest. The library lower-cases first letters, those of metadata keys too, and reads every string that is JSON as JSON:
 * a `{name}` of `123` arrives as a number.
 */
export function blobMetadata(
  blob: BlobItem,
  container: ContainerClient,
  caught: Record<string, string>,
): Record<string, TypedData> {
  const { etag: _etag, contentMD5: _contentMd5, ...properties } = blob.properties;
  return {
    BlobTrigger: { string: `${container.containerName}/${blob.name}` },
    Uri: { json: JSON.stringify(container.getBlobClient(blob.name).url) },
    // Without the ETag: the real host's JSON writer is not known to write its type, so nothing may lean on it.
    Properties: { json: JSON.stringify(properties) },
    Metadata: { json: JSON.stringify(blob.metadata ?? {}) },
    ...Object.fromEntries(Object.entries(caught).map(([name, value]) => [name, { string: value }])),
  };
}
