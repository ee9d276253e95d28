import { Readable } from 'node:stream';
import { AppError } from '../core/errors.ts';
import { mustNameBlob } from './blob-name.ts';
import { isStatus, unless } from './errors.ts';
import { encodeMetadata } from './metadata.ts';
import type { Storage } from './storage.ts';

export interface FileToPut {
  fileName: string;
  /** Read to its end, or destroyed if that is not reached. */
  body: Readable;
  /** Keys in lower case, values not encoded. */
  metadata: Record<string, string>;
  /** Whether a blob of that name is left as it is. */
  ifAbsent: boolean;
  /** How many bytes the body must have, where that is known. */
  sizeBytes?: number;
}

/** A blob has at most 50,000 blocks; so many of this size hold more than the largest file that is taken on. */
const blockBytes = 8 * 1024 ** 2;
const blocksInFlight = 2;

/**
 * Uploads a file to `data`, its metadata with it: setting that later would make it another version. The blob comes to be
 * with the last step, so that a body that breaks off, or has another length than it should, changes nothing. Memory use
 * does not grow with the file.
 */
export async function putFile(
  { data }: Pick<Storage, 'data'>,
  file: FileToPut,
): Promise<'created' | 'exists'> {
  const { body, ifAbsent } = file;
  try {
    const blob = mustNameBlob(data, file.fileName);
    const whole = Readable.from(wholeOf(file), { objectMode: false });
    const options = {
      metadata: encodeMetadata(file.metadata),
      conditions: ifAbsent ? { ifNoneMatch: '*' } : {},
    };
    const created = await unless(
      () => blob.uploadStream(whole, blockBytes, blocksInFlight, options),
      (error) => ifAbsent && isThereAlready(error),
    );
    return created ? 'created' : 'exists';
  } finally {
    body.destroy();
  }
}

/** Another put of the same name that ends first takes its blob's uncommitted blocks, ours among them, away. */
function isThereAlready(error: unknown): boolean {
  return (
    isStatus(error, 409, 'BlobAlreadyExists') ||
    isStatus(error, 412, 'ConditionNotMet') ||
    isStatus(error, 400, 'InvalidBlockList')
  );
}

/** The body's bytes; throws if they are not as many as they should be, or if the stream was closed before its end. */
async function* wholeOf({ fileName, body, sizeBytes }: FileToPut): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of body) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    yield buffer;
  }
  if (sizeBytes !== undefined && bytes !== sizeBytes)
    throw new AppError('unavailable', `${fileName} came with ${bytes} bytes instead of ${sizeBytes}`);
}
