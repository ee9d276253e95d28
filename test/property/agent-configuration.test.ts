import { isAbsolute } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Access, parseAccess } from '../../src/agent/access.ts';
import { type AgentConfig, readConfig } from '../../src/agent/config.ts';
import { connectAgentStorage } from '../../src/azure/agent.ts';
import { isAppError } from '../../src/core/errors.ts';
import { isAction } from '../../src/core/metadata.ts';
import { isVmName } from '../../src/core/vm-name.ts';
import { anyToken } from '../azure/fake-service.ts';
import { anyJson, anyText, inAnyCase, nested } from './any.ts';

/** What must never be seen in a message: it stands in every value that these tests make up. */
const secret = 'S3CRET';
const secretText = anyText.map((text) => `${text.slice(0, 100)}${secret}${text.slice(100, 200)}`);

const url = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(`https://${secret}.example/api`, `https://${secret}.example/api//`),
  },
  fc.constantFrom(
    ` https://${secret}.example`,
    `https://${secret}.example\n`,
    `https://${secret}.example/\u0000`,
    `https://${secret}.example/api?code=${secret}`,
    `https://${secret}.example/api#${secret}`,
    `https://user:${secret}@pool.example`,
    `http://${secret}.example`,
    `http://127.0.0.1:7071/${secret}`,
    `https:${secret}.example`,
    `//${secret}.example`,
    `https://[${secret}`,
  ),
  secretText,
);
const command = fc.oneof(
  fc.constantFrom(`node ${secret}.mjs {input} {output}`, `node "${secret}`),
  fc.array(secretText),
);
const action = fc.oneof(fc.constantFrom('profile', 'a-1', 'constructor', '__proto__', 'A\nb'), anyText);
const number = fc.double({ min: 1e-9, noNaN: true, noDefaultInfinity: true });

/** What is right or almost right, and now and then anything else. */
const or = (arbitrary: fc.Arbitrary<unknown>) =>
  fc.oneof(
    { weight: 24, arbitrary },
    { weight: 1, arbitrary: secretText },
    { weight: 1, arbitrary: withSecrets(anyJson) },
  );

/** The same JSON with a secret in every text that is a value; names are no secrets. */
function withSecrets(json: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const hide = (value: unknown): unknown =>
    typeof value === 'string'
      ? `${value.slice(0, 50)}${secret}`
      : Array.isArray(value)
        ? value.map(hide)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, hide(item)]))
          : value;
  return json.map(hide);
}

const guest = fc.record(
  {
    command: or(command),
    extension: or(fc.constantFrom('.json', `.${secret}`, '')),
    workingFolder: or(fc.constant(`../${secret}`)),
    timeLimitSeconds: or(number),
    environment: or(
      fc.array(
        fc.oneof(
          fc.constant(`NAME=${secret}`),
          fc.constantFrom('PATH', `MODE=${secret}`, 'ROUSE_FUNCTION_KEY', 'constructor', '__proto__'),
        ),
      ),
    ),
    next: or(fc.constant('chart')),
    console: or(fc.record({ files: fc.integer({ min: 1 }), bytes: fc.nat() }, { requiredKeys: [] })),
  },
  { requiredKeys: ['command'] },
);

const file = fc.record(
  {
    vmName: or(fc.constant('vm01')),
    guestUser: or(fc.record({ uid: fc.integer(), gid: fc.constantFrom(0, 1001) })),
    localAddress: or(fc.ipV4()),
    storage: or(
      fc.record(
        {
          blobUrl: or(url),
          queueUrl: or(url),
          data: or(fc.constant('inbox')),
          queuelog: or(fc.constant('log')),
        },
        { requiredKeys: ['blobUrl', 'queueUrl'] },
      ),
    ),
    workFolder: or(fc.constantFrom('work', `/var/${secret}`, 'a\0b')),
    guests: or(
      fc.array(fc.tuple(action, or(guest)), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs)),
    ),
    default: or(guest),
    peekSeconds: or(number),
    hopsMax: or(fc.nat()),
  },
  { requiredKeys: ['storage', 'workFolder'] },
);

const fileKeys = fc.subarray(
  ['vmName', 'guestUser', 'localAddress', 'storage', 'workFolder', 'guests', 'default'],
  { maxLength: 2 },
);

/** A file in which one or two things may be wrong. */
const almostRight = fc.tuple(file, fileKeys).map(([given, keys]) => ({
  storage: { blobUrl: `https://${secret}.example`, queueUrl: 'https://b.example' },
  workFolder: 'work',
  ...Object.fromEntries(keys.map((key) => [key, (given as Record<string, unknown>)[key]])),
}));

const text = fc.oneof(
  { weight: 4, arbitrary: file.map((given) => JSON.stringify(given)) },
  { weight: 6, arbitrary: almostRight.map((given) => JSON.stringify(given)) },
  { weight: 1, arbitrary: withSecrets(anyJson).map((given) => JSON.stringify(given)) },
  { weight: 1, arbitrary: fc.oneof(secretText, nested) },
);

const variable = fc.oneof(
  fc.constantFrom(
    'ROUSE_VM_NAME',
    'ROUSE_LOCAL_ADDRESS',
    'ROUSE_WORK_FOLDER',
    'ROUSE_BLOB_URL',
    'ROUSE_QUEUE_URL',
    'ROUSE_DATA_CONTAINER',
    'ROUSE_CONFIG_CONTAINER',
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'PATH',
    'IDENTITY_HEADER',
  ),
  inAnyCase('rouse_blob_url'),
);
/** An environment holds texts without NUL, and inherits what every object of JavaScript has. */
const environment = fc
  .dictionary(
    variable,
    fc.oneof(url, secretText).map((value) => value.replaceAll('\0', '')),
    { maxKeys: 2, noNullPrototype: true },
  )
  .map((variables): NodeJS.ProcessEnv => variables);
const anyEnvironment = fc.oneof(environment, fc.constant({}));

/** The configuration, or what is said to be wrong with it. */
function read(text: string, environment: NodeJS.ProcessEnv): AgentConfig | string {
  try {
    return readConfig(text, '/etc/rouse', environment);
  } catch (error) {
    expect(isAppError(error, 'bad_input'), String(error)).toBe(true);
    return (error as Error).message;
  }
}

describe('a configuration of the agent', () => {
  it('is taken, or refused by names and never by values', () => {
    fc.assert(
      fc.property(text, anyEnvironment, (text, environment) => {
        const config = read(text, environment);
        if (typeof config !== 'string') return;
        expect(config).not.toContain(secret);
        for (const line of config.split('\n'))
          expect(line).toMatch(/^the configuration file is not JSON$|^.+: .{5,}$/u);
      }),
      { numRuns: 1000 },
    );
  });

  it('that is taken is one that the agent can work with', () => {
    let taken = 0;
    fc.assert(
      fc.property(text, anyEnvironment, (text, environment) => {
        const config = read(text, environment);
        if (typeof config === 'string') return;
        taken += 1;
        expect(isVmName(config.vmName)).toBe(true);
        if (config.guestUser) expect(Math.min(config.guestUser.uid, config.guestUser.gid)).toBeGreaterThan(0);
        connectAgentStorage({ ...config.storage, names: config.storage, credential: anyToken });
        expect(isAbsolute(config.workFolder)).toBe(true);
        expect(config.workFolder).not.toContain('\0');
        for (const ms of [config.peekMs, config.askMs, config.renewMs, config.callMs])
          expect(ms).toBeGreaterThan(0);
        for (const [action, guest] of config.guests) {
          expect(isAction(action)).toBe(true);
          expect(guest.command[0]).not.toBe('');
          for (const [name, value] of Object.entries(guest.environment)) {
            expect(value).toBeTypeOf('string');
            expect(name).not.toMatch(/^(ROUSE_|IDENTITY_|MSI_|AZURE_)/i);
          }
        }
      }),
      { numRuns: 1000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

/** The blob that the deployment writes for the agents, in which one or two things may be wrong. */
const accessText = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .record(
        {
          endpoint: or(url),
          functionKey: or(fc.constantFrom(secret, `${secret}\r\nx: y`, '')),
          audience: or(fc.constantFrom(`api://${secret}`, `https://${secret}.example/`)),
          more: anyJson,
        },
        { requiredKeys: ['endpoint'] },
      )
      .map((given) => JSON.stringify(given)),
  },
  { weight: 1, arbitrary: withSecrets(anyJson).map((given) => JSON.stringify(given)) },
  { weight: 1, arbitrary: fc.oneof(secretText, nested) },
);

/** What it says, or what is said to be wrong with it. */
function readAccess(text: string): Access | string {
  try {
    return parseAccess(text);
  } catch (error) {
    expect(isAppError(error, 'misconfigured'), String(error)).toBe(true);
    return (error as Error).message;
  }
}

describe('what the deployment tells the agents', () => {
  it('is taken where they can work with it, or refused by names and never by values', () => {
    let taken = 0;
    fc.assert(
      fc.property(accessText, (text) => {
        const access = readAccess(text);
        if (typeof access === 'string') {
          expect(access).not.toContain(secret);
          expect(access).toMatch(/^it is not JSON$|^.+: .{5,}$/u);
          return;
        }
        taken += 1;
        const { protocol, origin, pathname, hostname } = new URL(`${access.endpoint}/funcHttpVMNext`);
        expect(pathname).toMatch(/\/funcHttpVMNext$/);
        expect(new URL(access.endpoint).origin).toBe(origin);
        expect(protocol === 'https:' || hostname === '127.0.0.1').toBe(true);
        // Neither breaks a header, nor a request.
        new Headers({ 'x-functions-key': access.functionKey ?? '', x: access.audience ?? '' });
      }),
      { numRuns: 1000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});
