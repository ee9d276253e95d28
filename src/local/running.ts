import { readFileSync } from 'node:fs';
import { connectStorage, type Storage } from '../azure/storage.ts';
import { actAs } from './environment.ts';
import { fromHere } from './from-here.ts';
import { type RunningWorld, readRunningWorld } from './run-folder.ts';

/** The world that runs in a folder. Throws if there is none. */
export async function mustRun(folder: string): Promise<RunningWorld> {
  const world = await readRunningWorld(fromHere(folder));
  if (world) return world;
  throw new Error(`No world is running in ${folder}. Open one with "npm start" in another terminal first.`);
}

/** Connects to the world that runs in a folder, with its own identity endpoint. Throws if there is none. */
export async function connectToRunning(folder: string): Promise<Storage> {
  const world = await mustRun(folder);
  actAs(world.identity);
  return connectStorage({ ...world.storage, ca: readFileSync(world.certFile, 'utf8') });
}
