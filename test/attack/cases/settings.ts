import * as z from 'zod/mini';
import { callerProblems, callerSchema } from '../../../src/core/caller-settings.ts';
import type { Attack } from '../attack.ts';

const right = { CALLER_AUDIENCE: 'api://rouse', TENANT_ID: '00000000-0000-0000-0000-00000000000a' };

/** What is wrong if an app would start with these settings, or would not. */
function wrongWith(change: Record<string, string | undefined>, mayStart: boolean): string | undefined {
  const environment = { ...right, ...change };
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
  const starts = z.safeParse(callerSchema, given).success && callerProblems(environment).length === 0;
  return starts === mayStart
    ? undefined
    : `with ${JSON.stringify(given)} the app ${starts ? 'starts' : 'does not start'}`;
}

const refusedAs = (name: string, values: (string | undefined)[]) =>
  values.map((value) => ({ check: () => wrongWith({ [name]: value }, false) }));

/** What the tokens are held against is set, or the app does not start. */
export const wrongSettings: Attack[] = [
  {
    name: 'token: of any audience or tenant, by settings that are missing',
    steps: [
      { check: () => wrongWith({}, true) },
      {
        check: () =>
          wrongWith({ CALLER_CHECK: 'ip', CALLER_AUDIENCE: undefined, TENANT_ID: undefined }, true),
      },
      ...refusedAs('CALLER_AUDIENCE', [undefined, '']),
      ...refusedAs('TENANT_ID', [undefined, '']),
    ],
  },
  {
    name: 'token: of any tenant, by a setting that names all',
    steps: refusedAs('TENANT_ID', ['common', 'organizations', 'consumers', 'example.org', '*', '../common']),
  },
  {
    name: 'token: by no check, by a setting that names none',
    steps: [
      ...refusedAs('CALLER_CHECK', ['none', 'off', 'IP', 'identity,ip']),
      ...refusedAs('TRUSTED_PROXIES', ['0', '-1', 'x', '10', '1.5']),
      ...refusedAs('ALLOW_GET', ['no', 'False']),
    ],
  },
];
