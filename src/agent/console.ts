import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import type { ConsoleLimits } from './world.ts';

/** How much of the end of the output goes into an error report. */
const tailBytesMax = 2048;

/** Where a guest program's output goes. */
export interface Console {
  /** Takes the output; it never fails, and holds its writers up while the disk is busy. */
  stream: Writable;
  /** The last 2 kB that were written. */
  tail(): string;
  /** Resolves when all is on disk. Throws if some of the output could not be kept. */
  close(): Promise<void>;
}

/**
 * Opens a console that appends to `path` and, as one that redirects a service's output does, rolls it over to `.1`,
 * `.2` and so on, so that there are never more than `files` files of `bytes` bytes each.
 */
export function openConsole(path: string, limits: ConsoleLimits): Console {
  let file: FileHandle | undefined;
  let sizeBytes = 0;
  let tail = Buffer.alloc(0);
  let failure: unknown;

  async function write(chunk: Buffer): Promise<void> {
    for (let rest = chunk; rest.length > 0; ) {
      if (!file) {
        await mkdir(dirname(path), { recursive: true });
        file = await open(path, 'a');
        sizeBytes = (await file.stat()).size;
      }
      const part = rest.subarray(0, Math.max(0, limits.bytes - sizeBytes));
      await file.appendFile(part);
      sizeBytes += part.length;
      rest = rest.subarray(part.length);
      if (sizeBytes < limits.bytes) continue;
      await file.close();
      file = undefined;
      await roll(path, limits.files);
    }
  }

  // A full disk is no reason to hold up or to end the guest program: what cannot be kept is dropped.
  async function keep(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      failure = error;
    }
  }

  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      tail = Buffer.concat([tail, chunk.subarray(-tailBytesMax)]).subarray(-tailBytesMax);
      keep(() => write(chunk)).then(() => done(), done);
    },
    final(done) {
      keep(async () => file?.close()).then(() => done(), done);
    },
  });
  return {
    stream,
    tail: () => tail.toString('utf8').trim(),
    async close() {
      await new Promise<void>((resolve) => stream.end(resolve));
      if (failure !== undefined) throw failure;
    },
  };
}

/** Moves each file one number on; the last one makes way. */
async function roll(path: string, files: number): Promise<void> {
  const numbered = (number: number): string => (number === 0 ? path : `${path}.${number}`);
  await rm(numbered(files - 1), { force: true });
  for (let number = files - 2; number >= 0; number--) {
    await rename(numbered(number), numbered(number + 1)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
