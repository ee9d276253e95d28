import { readFileSync } from 'node:fs';
import { type Connection, connect } from '../azure/connect.ts';
import { resourceGroup, subscriptionId } from './box-settings.ts';
import { actAs } from './environment.ts';
import { readRunningWorld } from './run-folder.ts';

/** Connects to the world that runs in a folder, with its own identity endpoint. Throws if there is none. */
export async function connectToRunning(folder: string): Promise<Connection> {
  const world = await readRunningWorld(folder);
  if (!world)
    throw new Error(`No world is running in ${folder}. Open one with "npm start" in another terminal first.`);
  actAs(world.identity);
  return connect({
    ...world.storage,
    subscriptionId,
    resourceGroup,
    ca: readFileSync(world.certFile, 'utf8'),
  });
}
