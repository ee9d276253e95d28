import type { ContainerClient } from '@azure/storage-blob';
import type { FileFacts, Files, FileVersion } from '../core/world.ts';
import { blobNamed, isBlobName, mustNameBlob } from './blob-name.ts';
import { ifThere, isStatus, translated, unless } from './errors.ts';
import { decodeMetadata } from './metadata.ts';
import type { Storage } from './storage.ts';

/** What HEAD and listing both say of a blob. */
interface BlobFacts {
  etag?: string;
  contentLength?: number;
  lastModified?: Date;
  metadata?: Record<string, string>;
}

/** The files in `data`. */
export function azureFiles({ data }: Storage): Files {
  async function head(fileName: string): Promise<FileFacts | undefined> {
    const blob = blobNamed(data, fileName);
    const facts = blob ? await ifThere(() => blob.getProperties()) : await lookUp(data, fileName);
    return facts && factsOf(fileName, facts);
  }

  return {
    head,
    list: () =>
      translated(async () => {
        const versions: FileVersion[] = [];
        for await (const { name, properties } of data.listBlobsFlat())
          versions.push(versionOf(name, properties));
        return versions;
      }),
    async remove(fileName, etag) {
      const blob = mustNameBlob(data, fileName);
      let isHeld = false;
      const removed = await unless(
        () => blob.delete({ conditions: { ifMatch: `"${etag}"` }, deleteSnapshots: 'include' }),
        (error) => {
          // An immutability policy or a legal hold; somebody's lease.
          isHeld = isStatus(error, 409) || isStatus(error, 412, 'LeaseIdMissing');
          return isHeld || isStatus(error, 404, 'BlobNotFound') || isStatus(error, 412);
        },
      );
      if (removed) return 'removed';
      if (isHeld) return 'held';
      // A condition is not met by a blob that is not there, either.
      return (await head(fileName)) ? 'changed' : 'gone';
    },
  };
}

/** A blob whose name no URL can carry can still be listed, so that it can be refused and does not lie there unseen. */
function lookUp(container: ContainerClient, name: string): Promise<BlobFacts | undefined> {
  return translated(async () => {
    if (!isBlobName(name)) return undefined;
    const pages = container.listBlobsFlat({ prefix: name, includeMetadata: true });
    // Of all names that begin like this one, the name itself comes first.
    const { value } = await pages.next();
    return value?.name === name ? { ...value.properties, metadata: value.metadata } : undefined;
  });
}

function factsOf(fileName: string, facts: BlobFacts): FileFacts {
  return {
    ...versionOf(fileName, facts),
    sizeBytes: facts.contentLength ?? 0,
    metadata: decodeMetadata(facts.metadata),
  };
}

function versionOf(fileName: string, { etag = '', lastModified }: BlobFacts): FileVersion {
  // A HEAD has it with quotes, a listing without.
  return { fileName, etag: etag.replaceAll('"', ''), modifiedAt: lastModified?.getTime() ?? 0 };
}
