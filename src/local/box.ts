import { randomBytes } from 'node:crypto';
import { type Access, accessBlob } from '../agent/access.ts';
import type { Storage } from '../azure/storage.ts';
import type { Arm } from './arm/arm.ts';
import type { Azurite } from './azurite.ts';
import { straight } from './between.ts';
import { startHost } from './box-host.ts';
import { callerAudience } from './box-settings.ts';
import { Closers } from './closers.ts';
import { openCloud } from './cloud.ts';
import { type Dataset, pickDatasets, readFolder } from './datasets.ts';
import { fromHere } from './from-here.ts';
import type { FunctionHost } from './function-host.ts';
import { planGuests } from './guest-plan.ts';
import type { IdentityEndpoint } from './identity.ts';
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
  azurite: Azurite;
  arm: Arm;
  /** Gives tokens to whom it knows, and in tests also others. */
  identity: IdentityEndpoint;
  source: SourceServer;
  host: FunctionHost;
  machines: MachineRoom;
  /** The VMs' key, which opens no more than the two functions that they call. */
  functionKey: string;
  /** Opens the operators' function. */
  operatorKey: string;
  /** Files that the sources hold. */
  files: Dataset[];
  /** Result files that are to come. */
  total: number;
  observe(): Promise<Snapshot>;
  /** Storage operations of the function app and the agents so far. */
  storageOperations(): number;
  /** Resolves, with what to tell the user, when a part ends that the others cannot do without. */
  broken: Promise<string>;
  /** Ends everything that was started, in order. */
  close(): Promise<void>;
}

/**
 * Opens a world: Azurite, identity endpoint, emulated ARM, sources, Functions host and VMs, on free ports of loopback.
 * Undefined if it was interrupted meanwhile; then, as after an error, nothing of it is left.
 */
export async function openBox(
  options: BoxOptions,
  report: (line: string) => void,
  interrupted: AbortSignal = new AbortController().signal,
): Promise<Box | undefined> {
  const closers = new Closers();
  try {
    const box = await open(options, report, closers, interrupted);
    if (!interrupted.aborted) return { ...box, close: () => closers.close() };
    await closers.close();
    return undefined;
  } catch (error) {
    await closers.close();
    if (interrupted.aborted) return undefined;
    throw error;
  }
}

async function open(
  options: BoxOptions,
  report: (line: string) => void,
  closers: Closers,
  interrupted: AbortSignal,
): Promise<Omit<Box, 'close'>> {
  const folder = await makeRunFolder(fromHere(options.folder), options.keep);
  closers.add(() => withdrawWorld(folder));
  const files = options.data === undefined ? pickDatasets(options.files) : readFolder(fromHere(options.data));
  const plan = planGuests(options.program, options.permanentExitCodes);

  const cloud = await openCloud(folder, options, closers);
  interrupted.throwIfAborted();
  const source = await startSourceServer(files);
  closers.add(source.close);
  report(
    `storage (Azurite), identities, emulated ARM with ${options.vms} VMs, sources with ${files.length} files`,
  );

  const functionKey = newKey();
  const operatorKey = newKey();
  const keys = { funcHttpVMNext: functionKey, funcHttpVMStop: functionKey, funcHttpJob: operatorKey };
  const sources = sourcesOf(files, source.url, plan.firstAction);
  const host = await startHost(options, { cloud, folder, keys, sources });
  closers.add(() => host.child.stop());
  interrupted.throwIfAborted();
  report(`Functions host at ${host.endpoint}`);

  const { between = straight } = options;
  await writeAccess(cloud.connection, {
    endpoint: await between('functions', host.endpoint, cloud.certificate),
    functionKey,
    ...(options.callerCheck !== 'ip' && { audience: callerAudience }),
  });
  const machines = makeMachineRoom(cloud.machines, {
    folder,
    plan,
    blobUrl: cloud.reached.storage.blobUrl,
    queueUrl: cloud.reached.storage.queueUrl,
  });
  cloud.arm.onPower(machines.power);
  closers.add(machines.close);
  const { storage, app } = cloud;
  const { endpoint } = host;
  const { certFile } = folder;
  await publishWorld(folder, {
    pid: process.pid,
    endpoint,
    functionKey,
    operatorKey,
    storage,
    identity: app,
    vms: Object.fromEntries(
      cloud.machines.map(({ name, identity }) => [name.toLowerCase(), identity.IDENTITY_HEADER]),
    ),
    certFile,
  });

  const { connection, azurite, arm, identity, storageOperations } = cloud;
  const broken = Promise.race([
    host.child.exited.then(
      (how) => `the Functions host ended (${how}); what it printed is in ${folder.logs}`,
    ),
    azurite.exited.then(() => 'Azurite ended, and with it the storage'),
  ]);
  return {
    folder,
    connection,
    azurite,
    arm,
    identity,
    source,
    host,
    machines,
    broken,
    functionKey,
    operatorKey,
    files,
    total: files.length * plan.steps,
    observe: makeObserver(connection, new Set(sources.map(({ name }) => name))),
    storageOperations,
  };
}

/** Tells the agents how to reach the functions, as a deployment does. */
async function writeAccess({ config }: Storage, access: Partial<Access>): Promise<void> {
  const text = JSON.stringify(access);
  await config.getBlockBlobClient(accessBlob).upload(text, Buffer.byteLength(text));
}

function newKey(): string {
  return randomBytes(24).toString('base64url');
}
