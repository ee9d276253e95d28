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
let azurite: Azurite;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rouse-azurite-'));
  files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  const { key, cert } = await makeCertificate();
  ca = cert;
  await writeFile(files.certFile, cert);
  await writeFile(files.keyFile, key);
  identity = await startIdentityEndpoint({ tenantId: '11111111-2222-3333-4444-555555555555' });
  azurite = await start('shared');
});

afterAll(async () => {
  await azurite.stop();
  await identity.close();
  await rm(folder, { recursive: true });
});

function start(name: string, ports?: Azurite['ports']): Promise<Azurite> {
  return startAzurite({ folder: join(folder, name), ...files, ports });
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

// A loaded machine takes seconds for each start.
describe('Azurite', { timeout: 60_000 }, () => {
  it('keeps what was written when it is stopped and started again, under the same addresses', async () => {
    const first = azurite;
    await blobsOf(first).getContainerClient('data').create();
    const stoppedAt = Date.now();
    await first.stop();
    // It was not killed for want of an answer.
    expect(Date.now() - stoppedAt).toBeLessThan(15_000);
    azurite = await start('shared', first.ports);
    expect(azurite.blobUrl).toBe(first.blobUrl);
    expect(azurite.pid).not.toBe(first.pid);
    expect(await blobsOf(azurite).getContainerClient('data').exists()).toBe(true);
  });

  it('counts the requests that it has answered, those that it refuses too', async () => {
    // Its log follows its answers: the one request of the test before may not have been counted yet.
    await expect.poll(azurite.requests, { timeout: 10_000 }).toBe(1);
    expect(await ask(azurite.queueUrl)).toBe(403);
    expect(await ask(azurite.blobUrl)).toBe(403);
    await expect.poll(azurite.requests, { timeout: 10_000 }).toBe(3);
  });

  it('says what it printed when it cannot start', async () => {
    await expect(start('other', azurite.ports)).rejects.toThrow(/EADDRINUSE/);
  });

  it('tells that it has been killed, and can be stopped all the same', async () => {
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
