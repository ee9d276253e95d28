import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { endAllOf } from '../../src/agent/guest-user.ts';
import { setUp } from '../../src/azure/setup.ts';
import { connectStorage, type Storage } from '../../src/azure/storage.ts';
import { decodeLogEvent, encodeMessage } from '../../src/core/message.ts';
import { openBox, type TestBox } from '../contract/box.ts';
import { isAlive } from './is-alive.ts';

/** The agent as it is deployed: one file. */
const agentFile = fileURLToPath(new URL('../../dist/agent/rouse-agent.mjs', import.meta.url));

/** A guest program that upper-cases its input; or that says its process id and hangs, whatever it is asked. */
const upperCase = `const fs = require('fs');
  console.log('read ' + process.argv[1]);
  fs.writeFileSync(process.argv[2], fs.readFileSync(process.argv[1], 'utf8').toUpperCase());`;
const hang = `process.on('SIGTERM', () => {}); console.log('pid ' + process.pid); setInterval(() => {}, 1000);`;

/** One that says all that it was started with, by way of a shell, which has no open files of its own. */
const tellAll = `const fs = require('fs');
  const [input, output] = process.argv.slice(1);
  const read = (path) => { try { return fs.readFileSync(path, 'utf8'); } catch ({ code }) { return code; } };
  fs.writeFileSync(output, JSON.stringify({
    environment: read('/proc/self/environ'),
    commandLine: read('/proc/self/cmdline'),
    openFiles: read(output + '.files').trim().split('\\n').slice(1),
    uid: process.getuid(),
    agent: read('/proc/' + process.ppid + '/environ'),
  }));`;
const tellAllByShell = ['/bin/sh', '-c', '(ls -l /proc/$$/fd > "$4.files"); exec "$0" "$@"'];
/** One that leaves a link to a file of root's for its output, and a program that has left its group. */
const rogue = `const child = require('child_process').spawn('/bin/sleep', ['600'], { detached: true, stdio: 'ignore' });
  child.unref();
  require('fs').symlinkSync('/etc/passwd', process.argv[2]);
  console.log('pid ' + child.pid);`;
const functionKey = 'f-key-0123456789';
const audience = 'api://rouse';

interface Call {
  fileName?: string;
  jobId?: string;
  release?: boolean;
  status?: string;
  resultName?: string;
}

let box: TestBox;
let storage: Storage;
let functions: Server;
/** What the functions were asked, and what they answer: to a question for work, to a renewal, to a report. */
let calls: Call[];
let headers: IncomingHttpHeaders;
let work: object[];
let renewal: () => [number, object];
let isSilent: boolean;
let workFolder: string;
let folders = 0;
const children: ChildProcess[] = [];

beforeAll(async () => {
  box = await openBox();
  storage = connectStorage(box);
  await setUp(storage);
  functions = createServer(async (request, response) => {
    const call: Call = JSON.parse(await text(request));
    calls.push(call);
    headers = request.headers;
    if (isSilent) return;
    const isReport = request.url?.endsWith('/funcHttpVMStop');
    const [status, body] =
      call.jobId && !isReport && !call.release
        ? renewal()
        : [200, { stop: false, next: (call.jobId ? undefined : work.shift()) ?? null }];
    response.writeHead(status).end(JSON.stringify(body));
  });
  functions.listen(0, '127.0.0.1');
  await once(functions, 'listening');
  await tell({});
  // Guests that are other users pass through it to theirs.
  await chmod(box.folder, 0o711);
});
afterAll(async () => {
  functions.closeAllConnections();
  functions.close();
  await box.close();
});
beforeEach(async () => {
  calls = [];
  work = [];
  isSilent = false;
  renewal = () => [409, { code: 'lease_lost' }];
  workFolder = join(box.folder, `work${++folders}`);
  await mkdir(workFolder);
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Puts a file into the storage and makes it the next work. */
async function giveWork(action: string, changes: object = {}): Promise<void> {
  const fileName = `in/${folders} names.csv`;
  const metadata = { action, priority: '2' };
  const { etag } = await storage.data.getBlockBlobClient(fileName).upload('name\nada', 8, { metadata });
  const jobId = `f${folders}`;
  const lease = { attempt: 1, leaseSeconds: 300, timeLimitSeconds: 600, ...changes };
  work.push({ fileName, etag: etag?.replaceAll('"', ''), action, jobId, ...lease });
}

/** Tells the agents how to reach the functions, as a deployment does. */
async function tell(changes: object): Promise<void> {
  const { port } = functions.address() as AddressInfo;
  const access = { endpoint: `http://127.0.0.1:${port}/api`, functionKey, audience, ...changes };
  const text = JSON.stringify(access);
  await storage.config.getBlockBlobClient('access.json').upload(text, text.length);
}

async function start(args: string[], changes: object = {}, environment: NodeJS.ProcessEnv = {}) {
  const guest = (source: string) => ({ command: [process.execPath, '-e', source, '{input}', '{output}'] });
  const config = {
    vmName: 'vm01',
    storage: { blobUrl: box.blobUrl, queueUrl: box.queueUrl },
    workFolder,
    guests: {
      upper: { ...guest(upperCase), extension: '.txt', next: 'chart' },
      hang: guest(hang),
      rogue: guest(rogue),
      tell: { command: [...tellAllByShell, ...guest(tellAll).command] },
    },
    peekSeconds: 0.1,
    askSeconds: 60,
    ...changes,
  };
  const configFile = join(workFolder, 'agent.json');
  await writeFile(configFile, JSON.stringify(config));
  const child = spawn(process.execPath, [agentFile, ...args], {
    env: { ...box.env, PATH: process.env.PATH, ROUSE_AGENT_CONFIG: configFile, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const [out, err] = [text(child.stdout), text(child.stderr)];
  const ended = once(child, 'exit').then(async ([code]) => ({ code, out: await out, err: await err }));
  return { child, ended };
}

const run = async (args: string[], changes: object = {}, environment: NodeJS.ProcessEnv = {}) =>
  (await start(args, changes, environment)).ended;
const linkOf = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
};
const reports = () => calls.filter((call) => call.status !== undefined);
const eventually = <T>(look: () => T) => vi.waitFor(look, { timeout: 15_000 });
const printedPid = async (action: string) =>
  Number(/pid (\d+)/.exec(await readFile(join(workFolder, 'console', `${action}.log`), 'utf8'))?.[1]);
const guestPid = () =>
  eventually(async () => {
    const pid = await printedPid('hang');
    expect(isAlive(pid)).toBe(true);
    return pid;
  });

describe('agent run', () => {
  it('works a file, hands it on, reports it, logs it, and ends at once when it is asked to', async () => {
    await storage.queuelog.clearMessages();
    const { child, ended } = await start([]);
    await eventually(() => expect(calls).toHaveLength(1));
    await giveWork('upper');
    await storage.queueprocessing.sendMessage(
      encodeMessage({ vmName: 'VM01', fileName: 'x', action: 'upper', jobId: 'f1', attempt: 1 }),
    );
    await eventually(() => expect(reports()).toHaveLength(1));
    expect(reports()).toMatchObject([
      { jobId: `f${folders}`, status: 'ok', resultName: `f${folders}.1.txt` },
    ]);
    const result = await storage.results.getBlobClient(`f${folders}.1.txt`).downloadToBuffer();
    expect(String(result)).toBe('NAME\nADA');
    const onward = await storage.data.getBlobClient(`f${folders}.chart.txt`).getProperties();
    expect(onward.metadata).toEqual({ action: 'chart', hop: '1', priority: '2', root: `f${folders}` });
    expect(await readFile(join(workFolder, 'console', 'upper.log'), 'utf8')).toMatch(/read .*_names\.csv\n$/);

    const askedAt = performance.now();
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
    expect(performance.now() - askedAt).toBeLessThan(5000);
    expect((await readdir(workFolder)).sort()).toEqual(['agent.json', 'console']);
    const { receivedMessageItems } = await storage.queuelog.receiveMessages({ numberOfMessages: 32 });
    expect(receivedMessageItems.map((item) => decodeLogEvent(item.messageText)?.event)).toEqual([
      'started',
      'file-begun',
      'file-done',
      'stopped',
    ]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'hands its file back on %s, with its guest program ended',
    async (signal) => {
      await giveWork('hang');
      const { child, ended } = await start(['run']);
      const pid = await guestPid();
      const askedAt = performance.now();
      child.kill(signal);
      expect(await ended).toMatchObject({ code: 0 });
      expect(performance.now() - askedAt).toBeLessThan(5000);
      expect(calls.at(-1)).toMatchObject({ jobId: `f${folders}`, attempt: 1, release: true });
      expect(reports()).toEqual([]);
      expect(isAlive(pid)).toBe(false);
    },
  );

  it('ends, though late, when nobody takes the file back', async () => {
    await giveWork('hang');
    const { child, ended } = await start(['run']);
    await guestPid();
    isSilent = true;
    const askedAt = performance.now();
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
    expect(performance.now() - askedAt).toBeLessThan(5500);
  });

  it.skipIf(process.platform !== 'linux')('ends what a killed one left running', async () => {
    await giveWork('hang');
    const { child, ended } = await start(['run']);
    const pid = await guestPid();
    child.kill('SIGKILL');
    await ended;
    expect(isAlive(pid)).toBe(true);
    await start(['run']);
    await eventually(() => expect(isAlive(pid)).toBe(false));
    await eventually(async () =>
      expect((await readdir(workFolder)).sort()).toEqual(['agent.json', 'console']),
    );
  });

  it('says all that is wrong with its configuration', async () => {
    const { code, err } = await run(['run'], { vmName: 'no name', workFolder: undefined });
    expect(code).toBe(2);
    expect(err).toMatch(/^vmName: .*\nworkFolder: is missing\n$/);
    expect(await run([], { guests: {} })).toMatchObject({
      code: 2,
      err: expect.stringContaining('guests: '),
    });
  });
});

describe('the secrets of the agent', () => {
  const openingOf = async (jobId: string) =>
    JSON.parse(String(await storage.results.getBlobClient(`${jobId}.1`).downloadToBuffer()));

  it('come from the deployment and from the VM’s identity, whatever comes first', async () => {
    await storage.config.deleteBlob('access.json');
    const { child, ended } = await start(['run'], { askSeconds: 1 });
    let err = '';
    child.stderr?.on('data', (part) => {
      err += part;
    });
    await eventually(() =>
      expect(err).toContain('the blob access.json in the container config cannot be used'),
    );
    expect(calls).toEqual([]);
    await tell({});
    await eventually(() => expect(calls).not.toEqual([]));
    expect(headers['x-functions-key']).toBe(functionKey);
    const [scheme, token = ''] = headers.authorization?.split(' ') ?? [];
    expect(scheme).toBe('Bearer');
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ aud: audience, oid: 'app-principal' });
    child.kill('SIGTERM');
    await ended;
    for (const secret of [functionKey, token]) expect(err).not.toContain(secret);
  });

  it('are not sent where the deployment names no audience', async () => {
    await tell({ audience: undefined, functionKey: undefined });
    expect(await run(['next'])).toMatchObject({ code: 3 });
    await tell({});
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('x-functions-key');
  });

  it.skipIf(process.platform !== 'linux')('do not reach a guest program', async () => {
    await giveWork('tell');
    const { child, ended } = await start(['run']);
    await eventually(() => expect(reports()).toMatchObject([{ status: 'ok' }]));
    child.kill('SIGTERM');
    const { err } = await ended;
    const { environment, commandLine, openFiles } = await openingOf(`f${folders}`);
    const [, token = ''] = headers.authorization?.split(' ') ?? [];
    expect(token.length).toBeGreaterThan(100);
    const console = await readFile(join(workFolder, 'console', 'tell.log'), 'utf8').catch(() => '');
    const config = await readFile(join(workFolder, 'agent.json'), 'utf8');
    for (const secret of [functionKey, token, box.env.IDENTITY_HEADER, 'IDENTITY_']) {
      for (const text of [environment, commandLine, err, console, config]) expect(text).not.toContain(secret);
    }
    // What this process was itself started with goes through to all that come from it.
    const isOurs = (fd: string, path: string) => Number(fd) > 2 && linkOf(`/proc/self/fd/${fd}`) === path;
    const open = openFiles.map((line: string) => /(\d+) -> (.*)$/.exec(line)?.slice(1) ?? ['', line]);
    expect(open.filter(([fd, path]: [string, string]) => !isOurs(fd, path))).toEqual([
      ['0', '/dev/null'],
      ['1', expect.stringMatching(/^(socket|pipe):/)],
      ['2', expect.stringMatching(/^(socket|pipe):/)],
    ]);
  });

  it.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
    'are out of reach of a guest that is another user',
    async () => {
      await giveWork('tell');
      const uid = 61_709;
      await chmod(workFolder, 0o711);
      const { child, ended } = await start(['run'], { guestUser: { uid, gid: uid } });
      await eventually(() => expect(reports()).toMatchObject([{ status: 'ok' }]));
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({ code: 0 });
      expect(await openingOf(`f${folders}`)).toMatchObject({ uid, agent: 'EACCES' });
      expect(await readdir(workFolder)).toEqual(['agent.json']);
    },
  );

  it.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
    'are not got by a guest that leaves a link for its output, and a program behind',
    async () => {
      await giveWork('rogue');
      const uid = 61_710;
      onTestFinished(() => endAllOf({ uid, gid: uid }));
      await chmod(workFolder, 0o711);
      await start(['run'], { guestUser: { uid, gid: uid } });
      await eventually(() =>
        expect(reports()).toMatchObject([
          { status: 'failed', error: 'the output is not a file of the guest program’s own' },
        ]),
      );
      await eventually(async () => expect(isAlive(await printedPid('rogue'))).toBe(false));
      expect(await storage.results.getBlobClient(`f${folders}.1`).exists()).toBe(false);
    },
  );

  it('are not given to whoever answers: it does not start', async () => {
    expect(await run(['run'], {}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^NODE_TLS_REJECT_UNAUTHORIZED: must not be 0/),
    });
    expect(calls).toEqual([]);
  });
});

describe('the commands for scripts', () => {
  it('hand out a file and report it', async () => {
    await giveWork('legacy');
    const handedOut = await run(['next']);
    expect(handedOut).toMatchObject({ code: 0, out: expect.stringMatching(/^\{.*\}\n$/) });
    const { path, fileName, ...rest } = JSON.parse(handedOut.out);
    expect(rest).toMatchObject({
      action: 'legacy',
      attempt: 1,
      leaseSeconds: 300,
      metadata: { priority: '2' },
    });
    expect(await readFile(path, 'utf8')).toBe('name\nada');

    await writeFile(join(workFolder, 'made.xml'), '<made/>');
    const done = await run(['done', fileName, '--result', join(workFolder, 'made.xml')]);
    expect(done).toMatchObject({ code: 0, out: '{"stop":false,"next":null}\n' });
    expect(reports()).toMatchObject([{ fileName, status: 'ok', resultName: `f${folders}.1.xml` }]);
    const result = await storage.results.getBlobClient(`f${folders}.1.xml`).downloadToBuffer();
    expect(String(result)).toBe('<made/>');
    expect(await run(['done', fileName])).toMatchObject({
      code: 1,
      err: expect.stringContaining('agent next'),
    });
  });

  it('say by their exit code that there is nothing to do', async () => {
    await storage.queueprocessing.clearMessages();
    expect(await run(['next'])).toMatchObject({ code: 3, out: '' });
    expect(await run(['search'])).toMatchObject({ code: 3, out: '' });
  });

  it('keep a lease until the file is done, and say when it is lost', async () => {
    await giveWork('legacy', { leaseSeconds: 3 });
    const claim = work[0];
    const { out } = await run(['next']);
    renewal = () => [200, { stop: false, next: claim }];
    const holding = await start(['hold']);
    await eventually(() => expect(calls.length).toBeGreaterThan(3));
    renewal = () => [409, { code: 'lease_lost', detail: 'moved to vm02' }];
    expect(await holding.ended).toMatchObject({ code: 4, err: expect.stringContaining('moved to vm02') });

    renewal = () => [200, { stop: false, next: claim }];
    const second = await start(['hold']);
    await eventually(() => expect(calls.length).toBeGreaterThan(6));
    await run(['done', JSON.parse(out).fileName, '--failed', 'no licence']);
    expect(await second.ended).toMatchObject({ code: 0 });
  });

  it('find the VM’s own message in the queue', async () => {
    await storage.queueprocessing.clearMessages();
    const mine = { vmName: 'VM01', fileName: 'x.csv', action: 'legacy', jobId: 'f1', attempt: 1 };
    await storage.queueprocessing.sendMessage(encodeMessage({ ...mine, vmName: 'vm02' }));
    await storage.queueprocessing.sendMessage(encodeMessage(mine));
    const { code, out } = await run(['search', '--remove']);
    expect([code, JSON.parse(out)]).toEqual([0, mine]);
    expect(
      (await storage.queueprocessing.peekMessages({ numberOfMessages: 32 })).peekedMessageItems,
    ).toHaveLength(1);

    await storage.queueprocessing.sendMessage(encodeMessage(mine));
    const found = JSON.parse((await run(['search'])).out);
    await storage.queueprocessing.deleteMessage(found.messageId, found.popReceipt);
  });

  it('explain themselves', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const word of [
      'run',
      'next',
      'hold',
      'done',
      'search',
      'ROUSE_CONFIG_CONTAINER',
      '"guestUser"',
      '"workFolder"',
      'Exit codes',
    ])
      expect(out).toContain(word);
  });
});
