import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const markerFile = '.rouse-world';

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
  /** Holds the process id of the world that has the folder. */
  lockFile: string;
}

/** What another command needs to reach a running world. Its secrets are good for that world only. */
export interface RunningWorld {
  pid: number;
  endpoint: string;
  /** Opens what VMs call. */
  functionKey: string;
  /** Opens what operators call. */
  operatorKey: string;
  storage: { blobUrl: string; queueUrl: string; tableUrl: string };
  /** The function app's. */
  identity: { IDENTITY_ENDPOINT: string; IDENTITY_HEADER: string };
  /** The `IDENTITY_HEADER` of each VM, by lower-case name. */
  vms: Record<string, string>;
  certFile: string;
}

/** Makes the folder of a world; without `keep` nothing of an earlier run is left in it. Throws if a world has it already. */
export async function makeRunFolder(path: string, keep: boolean): Promise<RunFolder> {
  const folder = runFolderAt(path);
  await mkdir(folder.path, { recursive: true });
  await mustBeOurs(folder.path);
  await claim(folder);
  const outdated = keep ? [folder.vms] : [folder.storage, folder.vms, folder.logs, folder.results];
  await Promise.all(outdated.map((part) => rm(part, { recursive: true, force: true })));
  await Promise.all(
    [folder.storage, folder.logs, folder.vms, folder.results].map((part) => mkdir(part, { recursive: true })),
  );
  return folder;
}

/** What is not a world's folder is left alone: an earlier run's parts are deleted at the start of the next. */
async function mustBeOurs(path: string): Promise<void> {
  const found = await readdir(path);
  if (found.length > 0 && !found.includes(markerFile))
    throw new Error(
      `${path} is not empty and not the folder of a world: name another one with --folder DIR.`,
    );
  await writeFile(
    join(path, markerFile),
    'The folder of a world of Rouse; "npm start" deletes what is in it.\n',
  );
}

/** Makes the folder this process's own; a claim whose process is gone is taken over. */
async function claim(folder: RunFolder): Promise<void> {
  try {
    await writeFile(folder.lockFile, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const pid = Number(await readFile(folder.lockFile, 'utf8').catch(() => ''));
    if (pid > 0 && isAlive(pid))
      throw new Error(
        `A world is running in ${folder.path} already (process ${pid}). End it with Ctrl-C, or open this one elsewhere with --folder DIR.`,
      );
    await rm(folder.lockFile, { force: true });
    await claim(folder);
  }
}

/** Lets the other commands find this world. */
export async function publishWorld(folder: RunFolder, world: RunningWorld): Promise<void> {
  // Written aside and renamed: whoever reads it has it whole.
  const draft = `${worldFile(folder.path)}.new`;
  await writeFile(draft, JSON.stringify(world, null, 2), { mode: 0o600 });
  await rename(draft, worldFile(folder.path));
}

/** Takes that back, and sets the folder free. */
export async function withdrawWorld(folder: RunFolder): Promise<void> {
  // Its key is of no use any more, and lies about.
  for (const file of [worldFile(folder.path), folder.keyFile]) await rm(file, { force: true });
  await rm(folder.lockFile, { force: true });
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
    lockFile: join(path, 'lock'),
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
