import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from '../azure/storage.ts';
import type { Arm } from './arm/arm.ts';
import { boxSettings } from './box-settings.ts';
import { type Cloud, openCloud } from './cloud.ts';
import { type Dataset, pickDatasets, readFolder } from './datasets.ts';
import { fromHere } from './from-here.ts';
import { type FunctionHost, startCoreTools, startLocalHost } from './function-host.ts';
import { type GuestPlan, planGuests } from './guest-plan.ts';
import { type MachineRoom, makeMachineRoom } from './machine-room.ts';
import type { BoxOptions } from './options.ts';
import { makeRunFolder, publishWorld, type RunFolder, withdrawWorld } from './run-folder.ts';
import { makeObserver, type Snapshot } from './snapshot.ts';
import { type SourceServer, startSourceServer } from './source.ts';
import { sourcesOf } from './source-list.ts';

/** A whole world in a box, running. */
export interface Box {
  folder: RunFolder;
  connection: Storage;
  arm: Arm;
  source: SourceServer;
  host: FunctionHost;
  machines: MachineRoom;
  functionKey: string;
  /** Files that the sources hold. */
  files: Dataset[];
  /** Result files that are to come. */
  total: number;
  observe(): Promise<Snapshot>;
  /** Storage operations of the function app and the agents so far. */
  storageOperations(): number;
  /** Ends everything that was started, in order. */
  close(): Promise<void>;
}

/** What ends the parts of a world, in the order in which they were started. */
type Closers = (() => Promise<void>)[];

/** Opens a world: Azurite, identity endpoint, emulated ARM, sources, Functions host and VMs, on free ports of loopback. */
export async function openBox(options: BoxOptions, report: (line: string) => void): Promise<Box> {
  const closers: Closers = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await open(options, report, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  options: BoxOptions,
  report: (line: string) => void,
  closers: Closers,
): Promise<Omit<Box, 'close'>> {
  const folder = await makeRunFolder(options.folder, options.keep);
  const files = options.data === undefined ? pickDatasets(options.files) : readFolder(fromHere(options.data));
  const plan = planGuests(options.program);

  const cloud = await openCloud(folder, options);
  closers.push(cloud.close);
  const source = await startSourceServer(files);
  closers.push(source.close);
  report(
    `storage (Azurite), identities, emulated ARM with ${options.vms} VMs, sources with ${files.length} files`,
  );

  const functionKey = randomBytes(24).toString('base64url');
  const sources = sourcesOf(files, source.url, plan.firstAction);
  const host = await startHost(options, { cloud, folder, functionKey, sources });
  closers.push(host.child.stop);
  report(`Functions host at ${host.endpoint}`);

  const machines = switchOnMachines({ cloud, folder, functionKey, plan, endpoint: host.endpoint });
  closers.push(machines.close);
  const { storage, app } = cloud;
  const { endpoint } = host;
  const { certFile } = folder;
  await publishWorld(folder, { pid: process.pid, endpoint, functionKey, storage, identity: app, certFile });
  closers.push(() => withdrawWorld(folder));

  const { connection, arm, storageOperations } = cloud;
  const observe = makeObserver(connection);
  const total = files.length * plan.steps;
  return {
    folder,
    connection,
    arm,
    source,
    host,
    machines,
    functionKey,
    files,
    total,
    observe,
    storageOperations,
  };
}

async function startHost(
  options: BoxOptions,
  parts: { cloud: Cloud; folder: RunFolder; functionKey: string; sources: object[] },
): Promise<FunctionHost> {
  const { cloud, folder, functionKey, sources } = parts;
  const { bootSeconds, settings: overrides } = options;
  const settings = {
    ...boxSettings({ storage: cloud.storage, armUrl: cloud.arm.url, bootSeconds, sources }),
    ...overrides,
  };
  await writeFile(folder.settingsFile, JSON.stringify({ IsEncrypted: false, Values: settings }, null, 2));
  const start = options.host === 'func' ? startCoreTools : startLocalHost;
  return start({
    settingsFile: folder.settingsFile,
    settings,
    port: options.port,
    env: {
      ...process.env,
      ...cloud.app,
      NODE_EXTRA_CA_CERTS: folder.certFile,
      ROUSE_LOCAL_KEYS: JSON.stringify({ _default: functionKey }),
    },
    logFile: join(folder.logs, 'host.log'),
  });
}

function switchOnMachines(parts: {
  cloud: Cloud;
  folder: RunFolder;
  functionKey: string;
  plan: GuestPlan;
  endpoint: string;
}): MachineRoom {
  const { cloud, folder, functionKey, plan, endpoint } = parts;
  const { blobUrl, queueUrl } = cloud.storage;
  const machines = makeMachineRoom(cloud.machines, {
    folder,
    plan,
    endpoint,
    functionKey,
    blobUrl,
    queueUrl,
  });
  cloud.arm.onPower(machines.power);
  return machines;
}
