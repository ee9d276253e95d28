import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A folder for the tests of one file; gone after them. */
export function useTempFolder(): {
  path(): string;
  write(name: string, content: string | Buffer): Promise<string>;
} {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rouse-guests-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  return {
    path: () => folder,
    async write(name, content) {
      const file = join(folder, name);
      await writeFile(file, content);
      return file;
    },
  };
}
