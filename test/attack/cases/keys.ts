import { guestConfig } from '../../../src/agent/guest-config.ts';
import { guestEnvironment } from '../../../src/agent/guest-environment.ts';
import type { Attack, Call, Keys, Step } from '../attack.ts';
import { atBothDoors, letIn, letInAtBothDoors, noSuchDoor, ofVm01, refused, wrongKey } from './expected.ts';

/** As whoever may call would call, but for the key. */
const stop: Call = { door: 'funcHttpVMStop', token: ofVm01, expects: wrongKey };
const next: Call = { door: 'funcHttpVMNext', token: ofVm01, expects: wrongKey };
const jobs: Call[] = [
  { door: 'jobs', query: { state: 'received' }, expects: wrongKey },
  { door: 'jobs', path: ({ work }) => `/${work.id}`, expects: wrongKey },
  { door: 'jobs', method: 'POST', path: ({ work }) => `/${work.id}/cancel`, expects: wrongKey },
  { door: 'jobs', method: 'POST', path: ({ failed }) => `/${failed.id}/retry`, expects: wrongKey },
];
const all = [stop, next, ...jobs];

const own = (call: Call, keys: Keys) => (call.door === 'jobs' ? keys.operator : keys.vm);

/** The right key, but for something. */
const nearly: Record<string, (key: string) => string> = {
  empty: () => '',
  wrong: () => 'wrong',
  'in other letters': (key) => key.toUpperCase(),
  'the beginning': (key) => key.slice(0, -1),
  'and more': (key) => `${key}x`,
  twice: (key) => `${key}, ${key}`,
  'percent-encoded': (key) => [...Buffer.from(key)].map((byte) => `%${byte.toString(16)}`).join(''),
  'as a list': (key) => `["${key}"]`,
  'of something that every object has': () => 'constructor',
};

const agents = [
  'ROUSE_FUNCTION_KEY',
  'IDENTITY_HEADER',
  'IDENTITY_ENDPOINT',
  'identity_header',
  'MSI_SECRET',
  'AZURE_CLIENT_SECRET',
];

/** Whether a guest program whose configuration asks for a variable is refused, and gets only what it asks for. */
function wrongForGuest(name: string): string | undefined {
  for (const entry of [name, `${name}=x`])
    if (guestConfig.safeParse({ command: 'x', environment: [entry] }).success)
      return `${entry} may be asked for`;
  const given = guestEnvironment(['PATH', 'constructor', 'A=b'], { [name]: 'secret', PATH: 'p' });
  return JSON.stringify(given) === '{"PATH":"p","A":"b"}'
    ? undefined
    : `a guest gets ${JSON.stringify(given)}`;
}

export const keyAttacks: Attack[] = [
  { name: 'keys: none, at funcHttpVMStop', steps: [{ ...stop, key: 'none' }] },
  { name: 'keys: none, at funcHttpVMNext', steps: [{ ...next, key: 'none' }] },
  { name: 'keys: none, at funcHttpJob', steps: jobs.map((call): Call => ({ ...call, key: 'none' })) },
  ...Object.entries(nearly).map(([what, change]) => ({
    name: `keys: ${what}`,
    steps: all.map((call): Call => ({ ...call, key: { text: (keys) => change(own(call, keys)) } })),
  })),
  {
    name: 'keys: wrong, in the query',
    steps: all.map(
      (call): Call => ({ ...call, key: 'none', query: { vmName: 'vm01', state: 'received', code: 'wrong' } }),
    ),
  },
  {
    name: 'keys: in other headers',
    steps: all.map(
      (call): Call => ({
        ...call,
        key: 'none',
        token: undefined,
        headers: {
          authorization: 'Bearer vm-Key',
          'x-functions-clientid': '_master',
          cookie: 'code=x',
          'x-ms-functions-key': 'x',
        },
      }),
    ),
  },
  { name: 'keys: the VMs’ key at funcHttpJob', steps: jobs.map((call): Call => ({ ...call, key: 'vm' })) },
  {
    name: 'keys: the VMs’ key at funcHttpJob, with a VM’s token from its own address',
    steps: jobs.map((call): Call => ({ ...call, key: 'vm', token: ofVm01, from: 'vm01' })),
  },
  {
    name: 'keys: the operators’ key at the doors of the VMs',
    steps: [stop, next].map((call): Call => ({ ...call, key: 'operator' })),
  },
  {
    name: 'keys: the VMs’ key and nothing else',
    steps: atBothDoors({ expects: refused }),
  },
  {
    name: 'keys: the VMs’ key and the VM’s address, where no check is set',
    steps: atBothDoors({ from: 'vm01', expects: refused }),
  },
  {
    name: 'keys: the VMs’ key as the token',
    steps: atBothDoors({ headers: { authorization: 'Bearer vm-Key-0123456789abcdef' }, expects: refused }),
  },
  {
    name: 'keys: paths around the key',
    steps: ['/..%2ffuncHttpVMStop', '/%2e%2e/%2e%2e/admin/functions', ';funcHttpJob', '%00', '/x'].map(
      (path): Call => ({ ...stop, path, key: 'none', expects: noSuchDoor }),
    ),
  },
  {
    name: 'keys: the right ones, are let in',
    steps: [
      ...letInAtBothDoors({ token: ofVm01 }),
      { ...jobs[0], expects: letIn } as Step,
      { ...jobs[1], expects: letIn } as Step,
      {
        door: 'jobs',
        method: 'POST',
        path: ({ deferred }) => `/${deferred.id}/release`,
        expects: letIn,
        changes: 'all',
      },
    ],
  },
  {
    name: 'keys: the agent’s own, asked for by the configuration of a guest program',
    steps: agents.map((name) => ({ check: () => wrongForGuest(name) })),
  },
];
