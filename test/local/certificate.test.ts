import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../src/local/certificate.ts';
import { withoutProxy } from '../../src/local/environment.ts';
import { closeServer, listen } from '../../src/local/listen.ts';

const run = promisify(execFile);

describe('the certificate', () => {
  it('is valid now, for the loopback names alone', async () => {
    const certificate = new X509Certificate((await makeCertificate()).cert);
    expect(certificate.checkHost('localhost')).toBeDefined();
    expect(certificate.checkIP('127.0.0.1')).toBeDefined();
    expect(certificate.checkIP('::1')).toBeDefined();
    expect(certificate.checkHost('example.com')).toBeUndefined();
    expect(Date.parse(certificate.validFrom)).toBeLessThanOrEqual(Date.now());
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now() + 86_400_000);
  });

  it('is trusted by a child that has it in NODE_EXTRA_CA_CERTS, and by no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rouse-certificate-'));
    const certificate = await makeCertificate();
    const caFile = join(folder, 'cert.pem');
    await writeFile(caFile, certificate.cert);
    const server = createServer(certificate, (_request, response) => response.end('in'));
    const port = await listen(server);
    const script = `fetch('https://127.0.0.1:${port}').then(async (r) => console.log(await r.text()))`;
    const env = withoutProxy({ ...process.env, NODE_EXTRA_CA_CERTS: undefined });
    const ask = (env: NodeJS.ProcessEnv) => run(process.execPath, ['-e', script], { env });
    try {
      expect((await ask({ ...env, NODE_EXTRA_CA_CERTS: caFile })).stdout).toBe('in\n');
      await expect(ask(env)).rejects.toThrow('self-signed certificate');
    } finally {
      await closeServer(server);
      await rm(folder, { recursive: true });
    }
  });
});
