import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { pipeline as pipe } from 'node:stream/promises';

/** A body that was read once and can be read once more. */
export interface Spooled {
  /** Of the content, hexadecimal. */
  sha256: string;
  /** Its file is removed when this has been read or destroyed: one of them must be done. */
  body: Readable;
}

/** Reads a body into a temporary file, to know its hash before it is passed on. */
export async function spool(body: Readable): Promise<Spooled> {
  const folder = await mkdtemp(join(tmpdir(), 'rouse-item-'));
  const path = join(folder, 'item');
  const hash = createHash('sha256');
  async function* hashing(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  }
  try {
    await pipe(body, hashing, createWriteStream(path));
  } catch (error) {
    await remove(folder);
    throw error;
  }
  const again = new PassThrough({
    destroy: (error, done) => void remove(folder).then(() => done(error), done),
  });
  return { sha256: hash.digest('hex'), body: pipeline(createReadStream(path), again, () => {}) };
}

function remove(folder: string): Promise<void> {
  // Windows lets nobody remove a file while its handle is being closed.
  return rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
