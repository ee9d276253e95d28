import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import { AppError } from '../core/errors.ts';

/** Characters that a blob's name may have (Naming and referencing containers, blobs, and metadata). */
const nameLengthMax = 1024;

/** Whether a blob can have this name: not empty, not too long, and text that UTF-8 can carry. */
export function isBlobName(name: string): boolean {
  return name !== '' && name.length <= nameLengthMax && !/\p{Surrogate}/u.test(name);
}

/** `.` and `..` between slashes are resolved in every URL, and the service takes `\` for `/`: they reach another blob. */
const noUrlCarries = /\\|(^|\/)\.\.?(\/|$)/;

/** The blob of this name; undefined where a URL cannot name it. */
export function blobNamed(container: ContainerClient, name: string): BlockBlobClient | undefined {
  return isBlobName(name) && !noUrlCarries.test(name) ? container.getBlockBlobClient(name) : undefined;
}

/** The blob of this name; throws `bad_input` where a URL cannot name it. */
export function mustNameBlob(container: ContainerClient, name: string): BlockBlobClient {
  const blob = blobNamed(container, name);
  if (!blob) throw new AppError('bad_input', `no URL can name the blob '${name}'`);
  return blob;
}
