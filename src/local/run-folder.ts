import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** The folder of one world, and what lies where in it. */
export interface RunFolder {
  path: string;
  storage: string;
  logs: string;
  vms: string;
  results: string;
  certFile: string;
  keyFile: string;
  settingsFile: string;
}

/** What another command needs to reach a running world. Its secrets are good for that world only. */
export interface RunningWorld {
  pid: number;
  endpoint: string;
  functionKey: string;
  storage: { blobUrl: string; queueUrl: string; tableUrl: string };
  identity: { IDENTITY_ENDPOINT: string; IDENTITY_HEADER: string };
  certFile: string;
}

/** Makes the folder of a world; without `keep` nothing of an earlier run is left in it. Throws if a world is running there. */
export async function makeRunFolder(path: string, keep: boolean): Promise<RunFolder> {
  const folder = runFolderAt(path);
  const running = await readRunningWorld(path);
  if (running)
    throw new Error(
      `A world is running in ${folder.path} already (process ${running.pid}). End it with Ctrl-C, or open this one elsewhere with --folder DIR.`,
    );
  const outdated = keep ? [folder.vms] : [folder.storage, folder.vms, folder.logs, folder.results];
  await Promise.all(outdated.map((part) => rm(part, { recursive: true, force: true })));
  await Promise.all(
    [folder.storage, folder.logs, folder.vms, folder.results].map((part) => mkdir(part, { recursive: true })),
  );
  return folder;
}

/** Lets the other commands find this world. */
export async function publishWorld(folder: RunFolder, world: RunningWorld): Promise<void> {
  await writeFile(worldFile(folder.path), JSON.stringify(world, null, 2), { mode: 0o600 });
}

/** Takes that back. */
export async function withdrawWorld(folder: RunFolder): Promise<void> {
  await rm(worldFile(folder.path), { force: true });
}

/** The world that runs in a folder; undefined if none does, or none any more. */
export async function readRunningWorld(path: string): Promise<RunningWorld | undefined> {
  const file = worldFile(resolve(path));
  if (!existsSync(file)) return undefined;
  const world: RunningWorld = JSON.parse(await readFile(file, 'utf8'));
  return isAlive(world.pid) ? world : undefined;
}

function runFolderAt(given: string): RunFolder {
  const path = resolve(given);
  return {
    path,
    storage: join(path, 'storage'),
    logs: join(path, 'logs'),
    vms: join(path, 'vms'),
    results: join(path, 'results'),
    certFile: join(path, 'certificate.pem'),
    keyFile: join(path, 'certificate-key.pem'),
    settingsFile: join(path, 'settings.json'),
  };
}

function worldFile(path: string): string {
  return join(path, 'world.json');
}

/** Signal 0 only asks whether the process is there. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
