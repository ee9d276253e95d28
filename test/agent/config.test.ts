import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/agent/config.ts';

const minimal = {
  storage: { blobUrl: 'https://a.blob.example', queueUrl: 'https://a.queue.example' },
  workFolder: 'work',
};

const read = (file: object, environment: NodeJS.ProcessEnv = {}) =>
  readConfig(JSON.stringify(file), '/etc/rouse', environment);

function problemsOf(file: object, environment: NodeJS.ProcessEnv = {}): string {
  try {
    read(file, environment);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

describe('readConfig', () => {
  it('has the contract’s defaults for what a minimal file leaves out', () => {
    expect(read(minimal)).toMatchObject({
      vmName: hostname(),
      storage: {
        data: 'data',
        results: 'results',
        config: 'config',
        queueprocessing: 'queueprocessing',
        queuelog: 'queuelog',
      },
      workFolder: resolve('/etc/rouse/work'),
      peekMs: 5000,
      askMs: 30_000,
      renewMs: 60_000,
      hopsMax: 8,
      otherGuest: undefined,
    });
  });

  it('reads guest programs, with the environment reduced to what they name', () => {
    const guests = {
      profile: {
        command: 'node "my profile.mjs" {input} {output}',
        extension: '.json',
        workingFolder: '../programs',
        timeLimitSeconds: 1.5,
        environment: ['PATH', 'ABSENT', 'MODE=a=b', 'EMPTY='],
        next: 'chart',
        permanentExitCodes: [2, 65],
      },
    };
    const other = { command: ['legacy.exe', '{action}'], console: { files: 2 } };
    const config = read({ ...minimal, guests, default: other }, { PATH: '/bin', SECRET: 'x' });
    expect(config.guests.get('profile')).toEqual({
      command: ['node', 'my profile.mjs', '{input}', '{output}'],
      extension: '.json',
      workingFolder: resolve('/etc/programs'),
      timeLimitMs: 1500,
      environment: { PATH: '/bin', MODE: 'a=b', EMPTY: '' },
      next: 'chart',
      permanentExitCodes: [2, 65],
      console: { files: 5, bytes: 1_048_576 },
    });
    expect(config.otherGuest).toMatchObject({
      command: ['legacy.exe', '{action}'],
      extension: '',
      environment: { PATH: '/bin' },
      console: { files: 2, bytes: 1_048_576 },
    });
  });

  it('lets the environment win over the file', () => {
    const environment = {
      ROUSE_VM_NAME: 'vm07',
      ROUSE_LOCAL_ADDRESS: '127.0.3.1',
      ROUSE_WORK_FOLDER: '/var/rouse',
      ROUSE_BLOB_URL: 'https://127.0.0.1:10000/a',
      ROUSE_QUEUE_URL: '',
      ROUSE_DATA_CONTAINER: 'inbox',
      ROUSE_CONFIG_CONTAINER: 'told',
    };
    expect(read({ ...minimal, vmName: 'vm01' }, environment)).toMatchObject({
      vmName: 'vm07',
      localAddress: '127.0.3.1',
      workFolder: resolve('/var/rouse'),
      storage: {
        blobUrl: 'https://127.0.0.1:10000/a',
        queueUrl: 'https://a.queue.example',
        data: 'inbox',
        config: 'told',
      },
    });
  });

  it('reports every problem at once, by the names of settings and without values', () => {
    const problems = problemsOf(
      {
        endpoint: 'https://secret.example/api',
        functionKey: 'secret',
        vmName: 'secret vm',
        guestUser: { uid: 0, gid: 'secret' },
        storage: { blobUrl: 'https://secret@a.example', queueUrl: 'secret' },
        askSeconds: -1,
        comand: 'x',
        guests: {
          Profile: { command: 'x' },
          chart: { command: 'x "secret', extension: 'svg', environment: ['IDENTITY_HEADER'], next: 'A B' },
          empty: { command: [] },
          codes: { command: 'x', permanentExitCodes: [0, 256] },
        },
      },
      { NODE_TLS_REJECT_UNAUTHORIZED: '0', ROUSE_LOCAL_ADDRESS: 'secret' },
    );
    expect(problems.split('\n').map((line) => line.split(':')[0])).toEqual(
      expect.arrayContaining([
        'vmName',
        'localAddress',
        'guestUser.uid',
        'guestUser.gid',
        'storage.blobUrl',
        'storage.queueUrl',
        'workFolder',
        'guests.Profile',
        'guests.chart.command',
        'guests.chart.extension',
        'guests.chart.environment.0',
        'guests.chart.next',
        'guests.empty.command',
        'guests.codes.permanentExitCodes.0',
        'guests.codes.permanentExitCodes.1',
        'askSeconds',
        'the configuration',
        'NODE_TLS_REJECT_UNAUTHORIZED',
      ]),
    );
    expect(problems).not.toContain('secret');
    for (const unknown of ['comand', 'endpoint', 'functionKey']) expect(problems).toContain(unknown);
  });

  it('trusts an authority of the site’s own, but not whoever answers', () => {
    expect(
      read(minimal, { NODE_TLS_REJECT_UNAUTHORIZED: '1', NODE_EXTRA_CA_CERTS: '/ca.pem' }),
    ).toBeDefined();
    expect(problemsOf(minimal, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toMatch(
      /^NODE_TLS_REJECT_UNAUTHORIZED: must not be 0, /,
    );
  });

  it.each([
    'http://pool.example/api',
    'http://127.0.0.1.pool.example/api',
    'http://localhost.example/api',
    'http://128.0.0.1/api',
    'ftp://127.0.0.1/api',
    'file:///api',
  ])('refuses to send tokens to %s', (blobUrl) => {
    expect(problemsOf({ ...minimal, storage: { ...minimal.storage, blobUrl } })).toMatch(
      /^storage\.blobUrl: not an https: URL/,
    );
  });

  it.each(['http://127.0.3.1:7071/a', 'http://localhost/a', 'http://[::1]:80/a'])(
    'takes plain http on this machine: %s',
    (blobUrl) => {
      expect(read({ ...minimal, storage: { ...minimal.storage, blobUrl } }).storage.blobUrl).toBe(blobUrl);
    },
  );

  it.each([
    [{ uid: 1001, gid: 1001 }, undefined],
    [{ uid: 1001, gid: 0 }, 'guestUser.gid'],
    [{ uid: -1, gid: 1 }, 'guestUser.uid'],
    [{ uid: 2 ** 31, gid: 1 }, 'guestUser.uid'],
    [{ uid: 1001 }, 'guestUser.gid'],
    ['guest', 'guestUser'],
  ])('takes the account of an ordinary user for guests: %j', (guestUser, problem) => {
    if (problem) expect(problemsOf({ ...minimal, guestUser })).toMatch(new RegExp(`^${problem}: `));
    else expect(read({ ...minimal, guestUser }).guestUser).toEqual(guestUser);
  });

  it.each([
    'ROUSE_FUNCTION_KEY',
    'identity_header',
    'IDENTITY_ENDPOINT=x',
    'MSI_SECRET',
    'AZURE_CLIENT_SECRET',
  ])('refuses to hand the agent’s own %s to a guest program', (entry) => {
    const guests = { a: { command: 'x', environment: [entry] } };
    expect(problemsOf({ ...minimal, guests })).toMatch(/^guests\.a\.environment\.0: /);
  });

  it('refuses what is not JSON without showing it', () => {
    expect(() => readConfig('{"functionKey": "secret', '/', {})).toThrow(
      /^the configuration file is not JSON$/,
    );
  });
});
