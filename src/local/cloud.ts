import { writeFile } from 'node:fs/promises';
import { setUp } from '../azure/setup.ts';
import { connectStorage, type Storage } from '../azure/storage.ts';
import type { MachineSetup } from './agent-process.ts';
import { type Arm, startArm } from './arm/arm.ts';
import { type Azurite, startAzurite } from './azurite.ts';
import { straight } from './between.ts';
import { resourceGroup, subscriptionId, tenantId } from './box-settings.ts';
import { type Certificate, makeCertificate } from './certificate.ts';
import type { Closers } from './closers.ts';
import { actAs } from './environment.ts';
import { type IdentityEndpoint, startIdentityEndpoint } from './identity.ts';
import { loopbackAddresses } from './loopback.ts';
import type { BoxOptions } from './options.ts';
import type { RunFolder, RunningWorld } from './run-folder.ts';

/** What Azure is to the rest of the world: storage, identities and VMs, and this process's own connection to them. */
export interface Cloud {
  storage: RunningWorld['storage'];
  /** Where the function app and the agents reach it. */
  reached: { storage: RunningWorld['storage']; armUrl: string };
  certificate: Certificate;
  /** Who gives the tokens, and publishes the keys by which they are verified. */
  identity: IdentityEndpoint;
  arm: Arm;
  azurite: Azurite;
  connection: Storage;
  /** The function app's identity, as a child's environment has it. */
  app: RunningWorld['identity'];
  machines: MachineSetup[];
  /** Storage operations of all but this process so far. */
  storageOperations(): number;
}

/** Starts Azurite, the identity endpoint and the emulated ARM, sets up the storage and writes the pool's rows. */
export async function openCloud(folder: RunFolder, options: BoxOptions, closers: Closers): Promise<Cloud> {
  const certificate = await makeCertificate();
  await writeFile(folder.certFile, certificate.cert);
  await writeFile(folder.keyFile, certificate.key, { mode: 0o600 });

  const identity = await startIdentityEndpoint({ tenantId });
  closers.add(identity.close);
  const header = identity.enroll({ principalId: 'function-app', clientId: 'function-app-client' });
  const app = { IDENTITY_ENDPOINT: identity.url, IDENTITY_HEADER: header };
  actAs(app);

  const names = vmNames(options.vms);
  const addresses = await loopbackAddresses(names.length);
  const bootMs = options.bootSeconds * 1000;
  const arm = await startArm({
    certificate,
    issuer: identity,
    subscriptionId,
    resourceGroup,
    machines: names,
    addresses,
    bootMs,
    deallocateMs: bootMs / 4,
    seed: options.seed,
  });
  closers.add(arm.close);
  const { certFile, keyFile } = folder;
  const azurite = await startAzurite({ folder: folder.storage, certFile, keyFile });
  closers.add(azurite.stop);
  const { blobUrl, queueUrl, tableUrl } = azurite;
  const storage = { blobUrl, queueUrl, tableUrl };
  const between = options.between ?? straight;
  const reached = {
    storage: {
      blobUrl: await between('blob', blobUrl, certificate),
      queueUrl: await between('queue', queueUrl, certificate),
      tableUrl: await between('table', tableUrl, certificate),
    },
    armUrl: await between('arm', arm.url, certificate),
  };
  let own = 0;
  const connection = connectStorage({
    ...storage,
    ca: certificate.cert,
    onRequest: () => {
      own += 1;
    },
  });
  await setUp(connection);
  await writePool(names, connection);
  return {
    storage,
    reached,
    certificate,
    identity,
    arm,
    azurite,
    connection,
    app,
    machines: names.map((name, index) => machineSetup(name, addresses[index] ?? '', identity, arm)),
    storageOperations: () => azurite.requests() - own,
  };
}

/** All it takes to add a VM to the pool: a row with its name. */
async function writePool(names: readonly string[], { tblvm }: Storage): Promise<void> {
  const add = (name: string) =>
    tblvm.upsertEntity({ partitionKey: 'vmlist', rowKey: name, vmName: name }, 'Merge');
  for (let first = 0; first < names.length; first += 50)
    await Promise.all(names.slice(first, first + 50).map(add));
}

function vmNames(count: number): string[] {
  const digits = Math.max(2, String(count).length);
  return Array.from({ length: count }, (_, index) => `vm${String(index + 1).padStart(digits, '0')}`);
}

function machineSetup(name: string, address: string, identity: IdentityEndpoint, arm: Arm): MachineSetup {
  const header = identity.enroll(() => arm.identityOf(name));
  return { name, address, identity: { IDENTITY_ENDPOINT: identity.url, IDENTITY_HEADER: header } };
}
