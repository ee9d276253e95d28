import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, connect } from '../azure/connect.ts';
import { setUp } from '../azure/setup.ts';
import { azureWorld } from '../azure/world.ts';
import { defaultRules } from '../core/rules.ts';
import { type Arm, startArm } from './arm/arm.ts';
import { startAzurite } from './azurite.ts';
import { boxSettings, resourceGroup, subscriptionId, tenantId } from './box-settings.ts';
import { makeCertificate } from './certificate.ts';
import { pickDatasets, readFolder } from './datasets.ts';
import { type FunctionHost, startCoreTools, startLocalHost } from './function-host.ts';
import { planGuests } from './guest-plan.ts';
import { startIdentityEndpoint } from './identity.ts';
import { loopbackAddresses } from './loopback.ts';
import { type MachineRoom, makeMachineRoom } from './machine-room.ts';
import type { BoxOptions } from './options.ts';
import { makeRunFolder, publishWorld, type RunFolder, withdrawWorld } from './run-folder.ts';
import { makeObserver, type Snapshot } from './snapshot.ts';
import { startSourceServer } from './source.ts';
import { sourcesOf } from './source-list.ts';

/** A whole world in a box, running. */
export interface Box {
  folder: RunFolder;
  connection: Connection;
  arm: Arm;
  host: FunctionHost;
  machines: MachineRoom;
  functionKey: string;
  /** Files that the sources hold. */
  files: number;
  /** Result files that are to come. */
  total: number;
  observe(): Promise<Snapshot>;
  /** Storage operations of the function app and the agents so far. */
  storageOperations(): number;
  /** Ends everything that was started, in order. */
  close(): Promise<void>;
}

/** Opens a world: Azurite, identity endpoint, emulated ARM, sources, Functions host and VMs, on free ports of loopback. */
export async function openBox(options: BoxOptions, report: (line: string) => void): Promise<Box> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await open(options, report, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  options: BoxOptions,
  report: (line: string) => void,
  closers: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Box> {
  const folder = await makeRunFolder(options.folder, options.keep);
  const { key, cert } = await makeCertificate();
  await writeFile(folder.certFile, cert);
  await writeFile(folder.keyFile, key, { mode: 0o600 });

  const identity = await startIdentityEndpoint({ tenantId });
  closers.push(identity.close);
  const app = { IDENTITY_ENDPOINT: identity.url, IDENTITY_HEADER: identity.enroll(identityOf('app')) };
  // This process uses the same SDKs with the same kind of credential as the function app.
  Object.assign(process.env, app);
  for (const name of Object.keys(process.env)) if (/_proxy$/i.test(name)) delete process.env[name];

  const files = options.data === undefined ? pickDatasets(options.files) : readFolder(options.data);
  const plan = planGuests(options.program);
  const names = vmNames(options.vms);
  const [azurite, arm, source] = await Promise.all([
    startAzurite({ folder: folder.storage, certFile: folder.certFile, keyFile: folder.keyFile }),
    startArm({
      certificate: { key, cert },
      issuer: identity,
      subscriptionId,
      resourceGroup,
      machines: names,
      bootMs: options.bootSeconds * 1000,
      deallocateMs: options.bootSeconds * 250,
      seed: options.seed,
    }),
    startSourceServer(files),
  ]);
  closers.push(azurite.stop, arm.close, source.close);
  report(
    `storage (Azurite), identity endpoint, emulated ARM with ${names.length} VMs, sources with ${files.length} files`,
  );

  let ownOperations = 0;
  const storage = { blobUrl: azurite.blobUrl, queueUrl: azurite.queueUrl, tableUrl: azurite.tableUrl };
  const connection = connect({
    ...storage,
    armUrl: arm.url,
    subscriptionId,
    resourceGroup,
    ca: cert,
    onRequest: () => {
      ownOperations += 1;
    },
  });
  await setUp(connection);
  for (const name of names)
    await connection.tblvm.upsertEntity({ partitionKey: 'vmlist', rowKey: name, vmName: name }, 'Merge');

  const functionKey = randomBytes(24).toString('base64url');
  const settings = boxSettings({
    azurite,
    armUrl: arm.url,
    bootSeconds: options.bootSeconds,
    sources: sourcesOf(files, source.url, plan.firstAction),
  });
  await writeFile(folder.settingsFile, JSON.stringify({ IsEncrypted: false, Values: settings }, null, 2));
  const startHost = options.host === 'func' ? startCoreTools : startLocalHost;
  const host = await startHost({
    settingsFile: folder.settingsFile,
    settings,
    port: options.port,
    env: {
      ...process.env,
      NODE_EXTRA_CA_CERTS: folder.certFile,
      ROUSE_LOCAL_KEYS: JSON.stringify({ _default: functionKey }),
    },
    logFile: join(folder.logs, 'host.log'),
  });
  closers.push(host.child.stop);
  report(`Functions host at ${host.endpoint}`);

  const addresses = await loopbackAddresses(names.length);
  const machines = makeMachineRoom(
    names.map((name, index) => ({
      name,
      address: addresses[index] ?? '',
      identity: {
        IDENTITY_ENDPOINT: identity.url,
        IDENTITY_HEADER: identity.enroll(arm.identityOf(name)),
      },
    })),
    { folder, plan, endpoint: host.endpoint, functionKey, ...storage },
  );
  arm.onPower(machines.power);
  closers.push(machines.close);

  await publishWorld(folder, {
    pid: process.pid,
    endpoint: host.endpoint,
    functionKey,
    storage,
    identity: app,
    certFile: folder.certFile,
  });
  closers.push(() => withdrawWorld(folder));

  return {
    folder,
    connection,
    arm,
    host,
    machines,
    functionKey,
    files: files.length,
    total: files.length * plan.steps,
    observe: makeObserver(connection, azureWorld(connection, defaultRules)),
    storageOperations: () => azurite.requests() - ownOperations,
    close,
  };
}

function vmNames(count: number): string[] {
  const digits = Math.max(2, String(count).length);
  return Array.from({ length: count }, (_, index) => `vm${String(index + 1).padStart(digits, '0')}`);
}

function identityOf(name: string): { principalId: string; clientId: string } {
  return { principalId: `${name}-principal`, clientId: `${name}-client` };
}
