import { randomUUID } from 'node:crypto';
import { chmod, lchown, lstat, mkdir, opendir, rename, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes a folder with all that is in it, by way of `trash`, a folder that only the agent's own user may enter; that it is gone
 * already is fine.
 *
 * The folder may be a guest program's, who may have left anything in it and, should it live, puts links in the place of folders that
 * the agent, as root, is about to enter. So none is entered through one that another can change: each is taken from its owner, moved
 * into the trash and only then looked into, and the folders in it go the same way. However deep they are, no path becomes long.
 */
export async function discard(path: string, trash: string): Promise<void> {
  await mkdir(trash, { recursive: true, mode: 0o700 });
  await throwIn(path, trash).catch(orGone);
  await emptyTrash(trash);
}

/** Removes the trash, also with what an earlier process left in it; that there is none is fine. */
export async function emptyTrash(trash: string): Promise<void> {
  for (;;) {
    const folders = await removeFilesIn(trash).catch(orGone);
    if (!folders) return;
    if (folders.length === 0) return await rmdir(trash);
    for (const name of folders) await removeFlat(join(trash, name), trash);
  }
}

/** Removes one folder; the folders in it come to stand in the trash. */
async function removeFlat(path: string, trash: string): Promise<void> {
  for (;;) {
    const folders = await removeFilesIn(path);
    if (folders.length === 0) return await rmdir(path);
    for (const name of folders) await throwIn(join(path, name), trash);
  }
}

/** Names that are held at a time: there may be millions. */
const namesMax = 1000;

/** Removes the files in a folder, and names folders in it, not all of them if there are many. Neither follows a link, which is no folder. */
async function removeFilesIn(path: string): Promise<string[]> {
  const folders: string[] = [];
  for (let isClean = false; !isClean && folders.length === 0; ) {
    isClean = true;
    for await (const entry of await opendir(path)) {
      isClean = false;
      if (!entry.isDirectory()) await unlink(join(path, entry.name));
      else if (folders.push(entry.name) >= namesMax) break;
    }
  }
  return folders;
}

/** Moves what stands in a folder that only we can change into the trash, taken from its owner if it is a folder. */
async function throwIn(path: string, trash: string): Promise<void> {
  if ((await lstat(path)).isDirectory()) {
    // The owner first: as such, root needs no capability to change the mode, or to empty it where it is "sticky".
    await lchown(path, process.geteuid?.() ?? 0, process.getegid?.() ?? 0);
    await chmod(path, 0o700);
  }
  await rename(path, join(trash, randomUUID()));
}

function orGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
