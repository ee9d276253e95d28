import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
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

async function start(args: string[], changes: object = {}) {
  const { port } = functions.address() as AddressInfo;
  const guest = (source: string) => ({ command: [process.execPath, '-e', source, '{input}', '{output}'] });
  const config = {
    vmName: 'vm01',
    endpoint: `http://127.0.0.1:${port}/api`,
    storage: { blobUrl: box.blobUrl, queueUrl: box.queueUrl },
    workFolder,
    guests: {
      upper: { ...guest(upperCase), extension: '.txt', next: 'chart' },
      hang: guest(hang),
    },
    peekSeconds: 0.1,
    askSeconds: 60,
    ...changes,
  };
  const configFile = join(workFolder, 'agent.json');
  await writeFile(configFile, JSON.stringify(config));
  const child = spawn(process.execPath, [agentFile, ...args], {
    env: { ...box.env, PATH: process.env.PATH, ROUSE_AGENT_CONFIG: configFile, ROUSE_FUNCTION_KEY: 'key' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const [out, err] = [text(child.stdout), text(child.stderr)];
  const ended = once(child, 'exit').then(async ([code]) => ({ code, out: await out, err: await err }));
  return { child, ended };
}

const run = async (args: string[], changes: object = {}) => (await start(args, changes)).ended;
const reports = () => calls.filter((call) => call.status !== undefined);
const eventually = <T>(look: () => T) => vi.waitFor(look, { timeout: 15_000 });
const guestPid = () =>
  eventually(async () => {
    const pid = Number(
      /pid (\d+)/.exec(await readFile(join(workFolder, 'console', 'hang.log'), 'utf8'))?.[1],
    );
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
    const { code, err } = await run(['run'], { endpoint: 'http://pool.example', workFolder: undefined });
    expect(code).toBe(2);
    expect(err).toMatch(/^endpoint: .*\nworkFolder: is missing\n$/);
    expect(await run([], { guests: {} })).toMatchObject({
      code: 2,
      err: expect.stringContaining('guests: '),
    });
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
      'ROUSE_ENDPOINT',
      '"workFolder"',
      'Exit codes',
    ])
      expect(out).toContain(word);
  });
});
