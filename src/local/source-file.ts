import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { extname } from 'node:path';
import { Readable } from 'node:stream';

/** A file that is being served, open at the version that its validators name. */
export interface SourceFile {
  sizeBytes: number;
  /** Strong, with its quotes: SHA-256 of the content. */
  etag: string;
  /** In whole seconds, which is all that `Last-Modified` can say. */
  modifiedAt: Date;
  type: string;
  /** Streams the first so many bytes. */
  read(bytes: number): Readable;
  close(): Promise<void>;
}

const types: Record<string, string> = {
  '.csv': 'text/csv; charset=utf-8',
  '.tsv': 'text/tab-separated-values; charset=utf-8',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Opens files to serve; remembers their hashes for as long as their size and time stay the same. */
export function makeSourceFiles(): (file: string) => Promise<SourceFile> {
  const hashes = new Map<string, { sizeBytes: number; mtimeMs: number; hash: string }>();
  return async (file) => {
    const handle = await open(file);
    try {
      const { size: sizeBytes, mtimeMs } = await handle.stat();
      const known = hashes.get(file);
      const isSame = known?.sizeBytes === sizeBytes && known.mtimeMs === mtimeMs;
      const hash = isSame ? known.hash : await hashOf(handle);
      hashes.set(file, { sizeBytes, mtimeMs, hash });
      const modifiedAt = new Date(Math.floor(mtimeMs / 1000) * 1000);
      const type = types[extname(file).toLowerCase()] ?? 'application/octet-stream';
      return {
        sizeBytes,
        etag: `"${hash}"`,
        modifiedAt,
        type,
        read: (bytes) =>
          bytes > 0
            ? handle.createReadStream({ start: 0, end: bytes - 1, autoClose: false })
            : Readable.from([]),
        close: () => handle.close(),
      };
    } catch (error) {
      await handle.close();
      throw error;
    }
  };
}

async function hashOf(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of handle.createReadStream({ start: 0, autoClose: false })) hash.update(chunk);
  return hash.digest('hex');
}
