import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManagedIdentityCredential } from '@azure/identity';
import { type Arm, type ArmOptions, startArm } from '../../src/local/arm/arm.ts';
import { type Azurite, startAzurite } from '../../src/local/azurite.ts';
import { makeCertificate } from '../../src/local/certificate.ts';
import { type IdentityEndpoint, startIdentityEndpoint } from '../../src/local/identity.ts';

/** Azure as the tests see it. While it is open, this process has its credentials in the environment. */
export interface TestBox {
  /** PEM, for `tlsOptions: { ca }`. */
  ca: string;
  /** The same as a file, for `NODE_EXTRA_CA_CERTS` of children. */
  caFile: string;
  /** A temporary folder, removed with the box. */
  folder: string;
  tenantId: string;
  subscriptionId: string;
  resourceGroup: string;
  blobUrl: string;
  queueUrl: string;
  tableUrl: string;
  armUrl: string;
  /** The VMs that ARM has, deallocated: vm01 to vm05 with 10.0.0.4 to 10.0.0.8 unless the test says otherwise. */
  machines: string[];
  /** What a child needs in its environment to be the function app: identity and CA. */
  env: { IDENTITY_ENDPOINT: string; IDENTITY_HEADER: string; NODE_EXTRA_CA_CERTS: string };
  /** The function app's credential, through the identity endpoint. */
  credential: ManagedIdentityCredential;
  azurite: Azurite;
  identity: IdentityEndpoint;
  arm: Arm;
  close(): Promise<void>;
}

const tenantId = '11111111-2222-3333-4444-555555555555';
const subscriptionId = '66666666-7777-8888-9999-000000000000';
const resourceGroup = 'pool';

let opened = false;

/** What a test may want of its ARM; times are short by default. */
export type BoxOptions = Partial<Omit<ArmOptions, 'certificate' | 'issuer'>>;

/**
 * Starts Azurite on an empty folder, the identity endpoint and the emulated ARM, with the certificate that they share.
 *
 * One per test file: `@azure/msal-node` keeps the first identity endpoint and all tokens for the life of the process.
 */
export async function openBox(options: BoxOptions = {}): Promise<TestBox> {
  if (opened) throw new Error('One box per test file: the identity library holds on to the first one.');
  opened = true;
  const folder = await mkdtemp(join(tmpdir(), 'rouse-box-'));
  const caFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const { key, cert } = await makeCertificate();
  await writeFile(caFile, cert);
  await writeFile(keyFile, key, { mode: 0o600 });
  const identity = await startIdentityEndpoint({ tenantId });
  const azurite = await startAzurite({ folder: join(folder, 'azurite'), certFile: caFile, keyFile });
  const machines = [...(options.machines ?? ['vm01', 'vm02', 'vm03', 'vm04', 'vm05'])];
  const arm = await startArm({
    subscriptionId,
    resourceGroup,
    bootMs: 50,
    deallocateMs: 50,
    addresses: machines.map((_, index) => `10.0.0.${4 + index}`),
    ...options,
    machines,
    certificate: { key, cert },
    issuer: identity,
  });
  const header = identity.enroll({ principalId: 'app-principal', clientId: 'app-client' });
  const restore = setEnvironment({ IDENTITY_ENDPOINT: identity.url, IDENTITY_HEADER: header });
  return {
    ca: cert,
    caFile,
    folder,
    tenantId,
    subscriptionId: options.subscriptionId ?? subscriptionId,
    resourceGroup: options.resourceGroup ?? resourceGroup,
    blobUrl: azurite.blobUrl,
    queueUrl: azurite.queueUrl,
    tableUrl: azurite.tableUrl,
    armUrl: arm.url,
    machines,
    env: { IDENTITY_ENDPOINT: identity.url, IDENTITY_HEADER: header, NODE_EXTRA_CA_CERTS: caFile },
    credential: new ManagedIdentityCredential(),
    azurite,
    identity,
    arm,
    async close() {
      restore();
      await arm.close();
      await azurite.stop();
      await identity.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Sets these variables and takes the proxy's away, which would catch loopback calls; returns what undoes it. */
function setEnvironment(variables: Record<string, string>): () => void {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (/_proxy$/i.test(name)) delete process.env[name];
  Object.assign(process.env, variables);
  return () => {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before);
  };
}
