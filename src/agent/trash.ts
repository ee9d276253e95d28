import { randomUUID } from 'node:crypto';
import { chmod, lchown, lstat, mkdir, readdir, rename, rmdir, unlink } from 'node:fs/promises';
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
    const entries = await readdir(trash, { withFileTypes: true }).catch(orGone);
    if (!entries) return;
    if (entries.length === 0) return await rmdir(trash);
    for (const entry of entries) {
      const path = join(trash, entry.name);
      if (entry.isDirectory()) await removeFlat(path, trash);
      else await unlink(path);
    }
  }
}

/** Removes one folder; the folders in it come to stand in the trash. */
async function removeFlat(path: string, trash: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true });
  // A link is no folder. Neither unlinking nor renaming follows one.
  const remove = ({ name }: { name: string }): Promise<void> => unlink(join(path, name));
  await Promise.all(entries.filter((entry) => !entry.isDirectory()).map(remove));
  for (const entry of entries) if (entry.isDirectory()) await throwIn(join(path, entry.name), trash);
  await rmdir(path);
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
