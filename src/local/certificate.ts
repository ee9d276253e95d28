import { generate } from 'selfsigned';

/** A key and its certificate, both PEM. */
export interface Certificate {
  key: string;
  cert: string;
}

/**
 * Makes a certificate for the loopback names. It is self-signed and its own authority: clients that are given `cert`
 * as CA (`NODE_EXTRA_CA_CERTS`, `tlsOptions: { ca }`) trust the servers that use it.
 */
export async function makeCertificate(): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    // An elliptic curve: made in milliseconds, and its handshakes cost the servers little.
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}
