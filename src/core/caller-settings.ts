import * as z from 'zod/mini';
import { type CallerCheck, callerChecks } from './callers.ts';
import { secureUrl } from './secure-url.ts';
import type { Environment } from './storage-settings.ts';

/** Who may call, as the settings say it. */
export interface CallerSettings {
  check: CallerCheck;
  trustedProxies: number;
  /** Whether `funcHttpVMStop` takes GET, as the article's clients use it. */
  allowGet: boolean;
  tokens: { audience: string; tenantId: string; authority: string };
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The settings by name. */
export const callerSchema = z.object({
  CALLER_CHECK: z._default(z.enum(callerChecks), 'identity'),
  CALLER_AUDIENCE: z._default(z.string(), ''),
  // Not `common` or a domain: the id stands in the tokens.
  TENANT_ID: z._default(z.string().check(z.regex(guid, 'must be the id of the tenant, a GUID')), ''),
  TOKEN_AUTHORITY: z._default(secureUrl, 'https://login.microsoftonline.com'),
  TRUSTED_PROXIES: z._default(z.string().check(z.regex(/^[1-9]$/, 'must be a number from 1 to 9')), '1'),
  ALLOW_GET: z._default(z.enum(['true', 'false']), 'true'),
});

/** The caller settings in settings that the schema has found right. */
export function callersOf(value: z.infer<typeof callerSchema>): CallerSettings {
  return {
    check: value.CALLER_CHECK,
    trustedProxies: Number(value.TRUSTED_PROXIES),
    allowGet: value.ALLOW_GET === 'true',
    tokens: {
      audience: value.CALLER_AUDIENCE,
      // As Entra writes it: issuers are compared with case.
      tenantId: value.TENANT_ID.toLowerCase(),
      authority: value.TOKEN_AUTHORITY,
    },
  };
}

/** What the schema alone cannot say: tokens need an audience and a tenant. */
export function callerProblems(environment: Environment): string[] {
  if (environment.CALLER_CHECK === 'ip') return [];
  return ['CALLER_AUDIENCE', 'TENANT_ID']
    .filter((name) => !environment[name])
    .map((name) => `${name}: is missing (or set CALLER_CHECK to ip, which proves less)`);
}
