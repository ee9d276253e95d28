import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { Claim, Metadata } from './world.ts';

/** The file that `agent next` handed to a site's own script, kept on disk until `agent done`. No secret is in it. */
export interface Held {
  claim: Claim;
  /** Where it was downloaded to. */
  path: string;
  metadata: Metadata;
  /** ms since the epoch, for the duration only. */
  beganAt: number;
}

/** Below the work folder, apart from the runs of the agent's own loop, which clears its folder. */
export function heldFolderIn(workFolder: string): string {
  return join(workFolder, 'held');
}

/** Keeps what was handed out, in place of what was before. */
export async function saveHeld(folder: string, held: Held): Promise<void> {
  const temporary = `${fileIn(folder)}.new`;
  await writeFile(temporary, JSON.stringify(held));
  await rename(temporary, fileIn(folder));
}

/** What is handed out now. */
export async function readHeld(folder: string): Promise<Held | undefined> {
  try {
    return JSON.parse(await readFile(fileIn(folder), 'utf8')) as Held;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The file that is handed out now. Throws `not_found` if it is none, or another than `fileName`. */
export async function mustHold(folder: string, fileName?: string): Promise<Held> {
  const held = await readHeld(folder);
  if (!held) throw new AppError('not_found', 'no file is handed out here: "agent next" does that');
  if (fileName !== undefined && held.claim.fileName !== fileName)
    throw new AppError('not_found', `the file handed out here is ${held.claim.fileName}`);
  return held;
}

/** Forgets what was handed out. */
export async function dropHeld(folder: string): Promise<void> {
  await rm(fileIn(folder), { force: true });
}

function fileIn(folder: string): string {
  return join(folder, 'held.json');
}
