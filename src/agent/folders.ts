import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { safeName } from './safe-name.ts';
import { discard, emptyTrash } from './trash.ts';
import type { Claim, Folder } from './world.ts';

const runFolder = /^[0-9a-f]+\.\d+$/;

/** Makes a fresh folder `{jobId}.{attempt}` for one run below the work folder; `mode` as the system's default if not given. */
export async function openFolder(
  workFolder: string,
  claim: Claim,
  outputExtension: string,
  mode = 0o777,
): Promise<Folder> {
  const path = pathOf(workFolder, claim);
  await remove(workFolder, path);
  await mkdir(workFolder, { recursive: true });
  for (const folder of [path, join(path, 'in'), join(path, 'out')]) await mkdir(folder, { mode });
  return {
    path,
    input: join(path, 'in', safeName(claim.fileName)),
    output: join(path, 'out', `output${outputExtension}`),
  };
}

/** Removes a run's folder; that it is gone already is fine. */
export async function closeFolder(workFolder: string, claim: Claim): Promise<void> {
  await remove(workFolder, pathOf(workFolder, claim));
}

/** Makes the work folder if there is none, and removes the folders of runs that an earlier process left there. */
export async function clearFolders(workFolder: string): Promise<void> {
  await mkdir(workFolder, { recursive: true });
  await emptyTrash(trashIn(workFolder));
  for (const name of await readdir(workFolder))
    if (runFolder.test(name)) await remove(workFolder, join(workFolder, name));
}

function pathOf(workFolder: string, claim: Claim): string {
  return join(workFolder, `${claim.jobId}.${claim.attempt}`);
}

function trashIn(workFolder: string): string {
  return join(workFolder, 'trash');
}

async function remove(workFolder: string, path: string): Promise<void> {
  if (process.platform !== 'win32') return await discard(path, trashIn(workFolder));
  // Windows lets a file go only some time after the last program that had it open has ended.
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
