import { constants } from 'node:fs';
import { lchown, lstat, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { GuestUser } from './guest-user.ts';

/**
 * Throws `bad_input` if others than root may change the work folder, who could put links where the agent, as root, writes; or if
 * the guest may not pass through it to its own.
 */
export async function mustSuitGuests(workFolder: string): Promise<void> {
  const { uid, mode } = await lstat(workFolder);
  if (uid === 0 && (mode & 0o023) === 0o001) return;
  throw new AppError('bad_input', "workFolder: with a guestUser it must be root's and of mode 711 or 755");
}

/**
 * A guest program's own place for temporary files, in the folder of its run, so that they end with it: in `/tmp` the program of the
 * next file, which is the same user, would find them. Returns the variables that tell programs so; it must be made before the folder
 * is given away.
 */
export async function makeTemporaryFolder(path: string): Promise<Record<string, string>> {
  const folder = join(path, 'tmp');
  await mkdir(folder, { mode: 0o700 });
  return { TMPDIR: folder, TEMP: folder, TMP: folder };
}

/**
 * Makes a run's folder the guest's own. Its folders come last, the outermost last of all: until then the guest reaches nothing of
 * it, and afterwards the agent, which is root, opens nothing by name that the guest can replace.
 */
export async function giveFolder(path: string, { uid, gid }: GuestUser): Promise<void> {
  for (const name of await readdir(path)) {
    const folder = join(path, name);
    for (const inner of await readdir(folder)) await lchown(join(folder, inner), uid, gid);
    await lchown(folder, uid, gid);
  }
  await lchown(path, uid, gid);
}

/**
 * Lets `use` read a guest's output, by a path that stands for that very file. The guest may have left a link in its place, to a
 * file that root can read and it cannot: what is not a file of its own is refused with `bad_input`.
 */
export async function readOutput<T>(
  path: string,
  { uid }: GuestUser,
  use: (path: string) => Promise<T>,
): Promise<T> {
  // Nor does a pipe in its place hold the agent up.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile() || found.uid !== uid)
      throw new AppError('bad_input', 'the output is not a file of the guest program’s own');
    return await use(`/proc/self/fd/${file.fd}`);
  } finally {
    await file.close();
  }
}
