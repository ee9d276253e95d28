import * as z from 'zod/mini';
import { parseAccess } from '../../../src/agent/access.ts';
import { readConfig } from '../../../src/agent/config.ts';
import { callerSchema } from '../../../src/core/caller-settings.ts';
import { isAppError } from '../../../src/core/errors.ts';
import { isSecureUrl } from '../../../src/core/secure-url.ts';
import type { Attack } from '../attack.ts';

/** To none of these may a key or a token go, and from none may the tenant's keys come. */
const insecure = [
  'http://login.microsoftonline.com',
  'http://127.0.0.1.example.org',
  'http://localhost.example.org',
  'http://127.example.org',
  'http://[::ffff:8.8.8.8]',
  'http://10.0.0.4',
  'http://localhost@example.org',
  'https://user:password@example.org',
  'HTTP://example.org',
  'ftp://example.org',
  'file:///etc/passwd',
  'javascript:alert(1)',
  '//example.org',
  'example.org',
  '',
];

const secure = [
  'https://login.microsoftonline.com',
  'https://login.chinacloudapi.cn',
  'http://127.0.0.1:7071',
  'http://[::1]:7071',
];

function wrongAbout(url: string, mayBe: boolean): string | undefined {
  const environment = { TENANT_ID: '00000000-0000-0000-0000-00000000000a', TOKEN_AUTHORITY: url };
  const taken = [
    isSecureUrl(url) && 'as secure',
    z.safeParse(callerSchema, environment).success && 'as the authority',
    isTakenByAgent(url) && 'by the agent as the endpoint',
  ].filter((by) => by !== false);
  if (mayBe) return taken.length === 3 ? undefined : `${url} is taken ${taken.join(', ') || 'nowhere'} only`;
  return taken.length === 0 ? undefined : `${url} is taken ${taken.join(', ')}`;
}

function isTakenByAgent(endpoint: string): boolean {
  try {
    return parseAccess(JSON.stringify({ endpoint, functionKey: 'k' })).endpoint !== undefined;
  } catch {
    return false;
  }
}

function starts(environment: Record<string, string>): boolean {
  const storage = { blobUrl: 'https://a.example', queueUrl: 'https://b.example' };
  try {
    return (
      readConfig(JSON.stringify({ vmName: 'vm01', storage, workFolder: 'work' }), '/', environment) !==
      undefined
    );
  } catch (error) {
    if (isAppError(error, 'bad_input')) return false;
    throw error;
  }
}

export const insecureAddresses: Attack[] = [
  {
    name: 'address: of an authority or of the functions without TLS',
    steps: [
      ...insecure.map((url) => ({ check: () => wrongAbout(url, false) })),
      ...secure.map((url) => ({ check: () => wrongAbout(url, true) })),
    ],
  },
  {
    name: 'address: whosever, where certificates are not looked at',
    steps: [
      { check: () => (starts({}) ? undefined : 'an agent does not start that looks at certificates') },
      {
        check: () =>
          starts({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })
            ? 'an agent starts that looks at no certificate'
            : undefined,
      },
    ],
  },
];
