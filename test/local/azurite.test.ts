import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BlobServiceClient } from '@azure/storage-blob';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../src/local/azurite.ts';
import { makeCertificate } from '../../src/local/certificate.ts';
import { withoutProxy } from '../../src/local/environment.ts';
import { type IdentityEndpoint, startIdentityEndpoint } from '../../src/local/identity.ts';

let folder: string;
let ca: string;
let files: { certFile: string; keyFile: string };
let identity: IdentityEndpoint;
const running: Azurite[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rouse-azurite-'));
  files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  const { key, cert } = await makeCertificate();
  ca = cert;
  await writeFile(files.certFile, cert);
  await writeFile(files.keyFile, key);
  identity = await startIdentityEndpoint({ tenantId: '11111111-2222-3333-4444-555555555555' });
});

afterAll(async () => {
  await Promise.all(running.map((azurite) => azurite.stop()));
  await identity.close();
  await rm(folder, { recursive: true });
});

async function start(name: string, ports?: Azurite['ports']): Promise<Azurite> {
  const azurite = await startAzurite({ folder: join(folder, name), ...files, ports });
  running.push(azurite);
  return azurite;
}

function blobsOf({ blobUrl }: Azurite): BlobServiceClient {
  const header = identity.enroll({ principalId: 'p', clientId: 'c' });
  const credential = {
    async getToken() {
      const query = 'resource=https://storage.azure.com&api-version=2019-08-01';
      const reply = await fetch(`${identity.url}?${query}`, { headers: { 'X-IDENTITY-HEADER': header } });
      const { access_token, expires_on } = (await reply.json()) as {
        access_token: string;
        expires_on: string;
      };
      return { token: access_token, expiresOnTimestamp: Number(expires_on) * 1000 };
    },
  };
  const options = { userAgentOptions: {}, tlsOptions: { ca } };
  return new BlobServiceClient(blobUrl, credential, options);
}

/** The status of a request that nobody vouches for. */
async function ask(url: string): Promise<number | undefined> {
  const [response] = await once(request(`${url}?comp=list`, { ca, agent: false }).end(), 'response');
  response.resume();
  return response.statusCode;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('Azurite', () => {
  it('keeps what was written when it is stopped and started again, under the same addresses', async () => {
    const first = await start('kept');
    await blobsOf(first).getContainerClient('data').create();
    await first.stop();
    const second = await start('kept', first.ports);
    expect(second.blobUrl).toBe(first.blobUrl);
    expect(second.pid).not.toBe(first.pid);
    expect(await blobsOf(second).getContainerClient('data').exists()).toBe(true);
  });

  it('counts the requests that it has answered, those that it refuses too', async () => {
    const azurite = await start('counted');
    expect(azurite.requests()).toBe(0);
    expect(await ask(azurite.queueUrl)).toBe(403);
    expect(await ask(azurite.tableUrl)).toBe(403);
    await expect.poll(azurite.requests).toBe(2);
  });

  it('says what it printed when it cannot start', async () => {
    const { ports } = await start('first');
    await expect(start('second', ports)).rejects.toThrow(/EADDRINUSE/);
  });

  it('tells that it has been killed, and can be stopped all the same', async () => {
    const azurite = await start('killed');
    process.kill(azurite.pid, 'SIGKILL');
    expect(await azurite.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await azurite.stop();
    await azurite.stop();
  });

  it('ends with a parent that was killed, started from a bundle in another folder', async () => {
    const outfile = join(folder, 'bundle', 'azurite.mjs');
    const entry = fileURLToPath(new URL('../../src/local/azurite.ts', import.meta.url));
    await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm' });
    const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
    await symlink(modules, join(folder, 'node_modules'), 'junction');
    const options = JSON.stringify({ folder: join(folder, 'orphaned'), ...files });
    const script = `const { startAzurite } = await import(${JSON.stringify(`file://${outfile}`)});
      console.log((await startAzurite(${options})).ports.blob);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      env: withoutProxy(process.env),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = await once(parent.stdout, 'data');
    const port = Number(printed);
    expect(await answers(port)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => answers(port), { timeout: 10_000 }).toBe(false);
  });
});
