import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AppSource, buildApp, buildHost, endChildren, startChild } from './child.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
let hostFile: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rouse-host-'));
  hostFile = await buildHost(folder);
});
afterAll(async () => {
  await endChildren();
  await rm(folder, { recursive: true, force: true });
});

async function start(source: AppSource, env: NodeJS.ProcessEnv = {}, args: string[] = []) {
  const app = await buildApp(join(folder, `app${count++}`), source);
  return startChild(hostFile, ['--app', app, ...args], env);
}

const http = `import { app } from '@azure/functions';
const http = (name, handler, options = {}) => app.http(name, { authLevel: 'anonymous', handler, ...options });
`;

describe('loading', () => {
  for (const format of ['esm', 'cjs'] as const)
    it(`runs the functions of an app in ${format} form`, async () => {
      const host = await start({ format, code: `${http} http('hello', async () => ({ body: 'hi' }));` });
      const reply = await fetch(`http://127.0.0.1:${await host.ready}/api/hello`);
      expect(await reply.text()).toBe('hi');
      expect(host.lines[0]).toMatch(/^Functions host: 1 functions, http:\/\/127\.0\.0\.1:\d+\/api$/);
    });

  const refused: [string, AppSource, RegExp][] = [
    [
      'an app that throws',
      { code: `${http} throw new Error('SETTING_X is missing')` },
      /^Functions host: SETTING_X is missing$/,
    ],
    [
      'a name twice',
      { code: `${http} http('a', () => ({})); http('a', () => ({}))` },
      /"a" has already been registered/,
    ],
    [
      'a binding that it has not',
      { code: `${http} app.eventHub('a', { connection: 'C', eventHubName: 'e', handler: () => {} })` },
      /a: the binding eventHubTrigger is not offered/,
    ],
    [
      'a second binding',
      { code: `${http} http('a', () => ({}), { extraOutputs: [{ type: 'queue', name: 'q' }] })` },
      /a: the binding queue is not offered/,
    ],
    [
      'a setting in a binding that is missing',
      { code: `${http} app.timer('t', { schedule: '%NO_SUCH%', handler: () => {} })` },
      /t: the setting NO_SUCH is missing/,
    ],
    [
      'a schedule of nonsense',
      { code: `${http} app.timer('t', { schedule: 'every day', handler: () => {} })` },
      /schedule every day/,
    ],
    [
      'a storage trigger without an account',
      { code: `${http} app.storageQueue('q', { queueName: 'q', connection: 'Other', handler: () => {} })` },
      /the setting Other__blobServiceUri is missing/,
    ],
    [
      'blob events of Event Grid',
      {
        code: `${http} app.storageBlob('b', { path: 'd/{name}', connection: 'C', source: 'EventGrid', handler: () => {} })`,
      },
      /b: .*LogsAndContainerScan/,
    ],
    [
      'HTTP streams',
      { code: `${http} app.setup({ enableHttpStream: true }); http('a', () => ({}))` },
      /enableHttpStream/,
    ],
    ['an app without functions', { code: 'console.log(1)' }, /registered no function/],
    [
      'a broken host.json',
      { code: `${http} http('a', () => ({}))`, hostJson: { extensions: { queues: { batchSize: 33 } } } },
      /host\.json: extensions\.queues\.batchSize/,
    ],
  ];
  for (const [what, source, message] of refused)
    it(`refuses ${what} with one message and exit 1`, async () => {
      const host = await start(source);
      expect(await host.ended).toBe(1);
      expect(host.lines.filter((line) => line.startsWith('Functions host:'))).toHaveLength(1);
      expect(host.lines.join('\n')).toMatch(message);
    });

  it('names every function that it cannot run', async () => {
    const code = `${http} for (const t of ['a', 'b']) app.timer(t, { schedule: '%NO_SUCH%', handler: () => {} })`;
    const host = await start({ code });
    expect(await host.ended).toBe(1);
    expect(host.lines).toEqual([
      'Functions host: a: the setting NO_SUCH is missing',
      'b: the setting NO_SUCH is missing',
    ]);
  });

  it('refuses a registration after the load', async () => {
    const host = await start({ code: `${http} http('late', async () => { http('b', () => ({})); })` });
    const reply = await fetch(`http://127.0.0.1:${await host.ready}/api/late`);
    expect(reply.status).toBe(500);
    expect(await host.line(/late \w{8} failed/)).toMatch(/only be registered during app startup/);
  });

  it('dies of an unhandled rejection, as the real worker does', async () => {
    const host = await start({
      code: `${http} http('a', async () => { Promise.reject(new Error('loose')); })`,
    });
    await fetch(`http://127.0.0.1:${await host.ready}/api/a`).catch(() => {});
    expect(await host.ended).toBe(1);
    expect(host.lines.join('\n')).toMatch(/Error: loose/);
  });

  it('runs the hooks of the app', async () => {
    const code = `${http}
      const seen = [];
      app.hook.appStart(() => { seen.push('start'); });
      app.hook.preInvocation((c) => { c.hookData.begun = 1; seen.push('pre ' + c.invocationContext.functionName); });
      app.hook.postInvocation((c) => { c.result = { jsonBody: [...seen, 'post ' + c.hookData.begun, c.error?.message] }; c.error = null; });
      app.hook.appTerminate(() => { console.log('terminated'); });
      http('a', async () => { throw new Error('mine') });`;
    const host = await start({ code });
    const reply = await fetch(`http://127.0.0.1:${await host.ready}/api/a`);
    expect(await reply.json()).toEqual(['start', 'pre a', 'post 1', 'mine']);
    host.process.kill('SIGTERM');
    expect(await host.ended).toBe(0);
    expect(host.lines).toContain('terminated');
  });
});

describe('settings', () => {
  const echo = `${http}
    app.timer('t', { schedule: '%SCHEDULE%', handler: () => {} });
    http('echo', async () => ({ jsonBody: [process.env.FROM_FILE, process.env.FROM_BOTH, process.env.ROUSE_LOCAL_KEYS ?? 'none'] }), { authLevel: 'function' });`;

  it('puts the file behind the environment, and hides the keys from the app', async () => {
    const file = join(folder, 'settings.json');
    await writeFile(
      file,
      JSON.stringify({ Values: { SCHEDULE: '0 0 0 1 1 *', FROM_FILE: 'file', FROM_BOTH: 'file' } }),
    );
    const env = { FROM_BOTH: 'environment', ROUSE_LOCAL_KEYS: '{"_default":"secret"}' };
    const host = await start({ code: echo }, env, ['--settings', file]);
    const reply = await fetch(`http://127.0.0.1:${await host.ready}/api/echo?code=secret`);
    expect(await reply.json()).toEqual(['file', 'environment', 'none']);
  });

  it('says what is wrong with the keys', async () => {
    const host = await start({ code: echo }, { ROUSE_LOCAL_KEYS: 'secret' });
    expect(await host.ended).toBe(1);
    expect(host.lines.join('\n')).toMatch(/ROUSE_LOCAL_KEYS must be/);
    expect(host.lines.join('\n')).not.toMatch(/secret/);
  });

  it('takes another port where the configured one is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const host = await start({ code: `${http} http('a', () => ({}))` }, {}, ['--port', String(port)]);
    expect(await host.ready).not.toBe(port);
    other.close();
    const next = await start({ code: `${http} http('a', () => ({}))` }, {}, ['--port', String(port)]);
    expect(await next.ready).toBe(port);
  });
});

describe('the end', () => {
  const slow = `${http} http('slow', async (_r, context) => {
    context.log('begun'); await new Promise((resolve) => setTimeout(resolve, 500)); return { body: 'done' }; });`;

  it('lets what is in flight finish, and takes nothing new', async () => {
    const host = await start({ code: slow });
    const url = `http://127.0.0.1:${await host.ready}/api/slow`;
    const reply = fetch(url);
    await host.line(/begun/);
    host.process.kill('SIGTERM');
    expect(await (await reply).text()).toBe('done');
    expect(await host.ended).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('comes when the parent lets go', async () => {
    const host = await start({ code: slow });
    await host.ready;
    const exited = once(host.process, 'exit');
    host.process.disconnect();
    expect(await exited).toEqual([0, null]);
  });

  it('comes when the parent is killed', async () => {
    const app = await buildApp(join(folder, `app${count++}`), { code: slow });
    const parentFile = join(folder, 'parent.mjs');
    await writeFile(
      parentFile,
      `import { fork } from 'node:child_process';
       fork(${JSON.stringify(hostFile)}, ['--app', ${JSON.stringify(app)}]).on('message', (m) => process.send(m));`,
    );
    const parent = startChild(parentFile, []);
    const url = `http://127.0.0.1:${await parent.ready}/`;
    expect((await fetch(url)).status).toBe(404);
    parent.process.kill('SIGKILL');
    await vi.waitFor(() => expect(fetch(url)).rejects.toThrow(), { timeout: 30_000 });
  });

  it('comes when a function runs longer than functionTimeout', async () => {
    const host = await start({
      code: slow.replace('500', '60_000'),
      hostJson: { functionTimeout: '00:00:01' },
    });
    await fetch(`http://127.0.0.1:${await host.ready}/api/slow`).catch(() => {});
    expect(await host.ended).toBe(1);
    expect(host.lines.at(-1)).toMatch(/slow ran longer than functionTimeout allows/);
  });
});
