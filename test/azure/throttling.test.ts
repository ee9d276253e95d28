import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAgentStorage } from '../../src/azure/agent.ts';
import { azureFiles } from '../../src/azure/files.ts';
import { azureLog } from '../../src/azure/log.ts';
import { azureMessages } from '../../src/azure/messages.ts';
import { putFile } from '../../src/azure/put.ts';
import { connectStorage } from '../../src/azure/storage.ts';
import { type Answer, anyToken, startFakeService } from './fake-service.ts';

let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rouse-throttling-'));
  path = join(folder, 'result');
  await writeFile(path, 'content');
});
afterAll(() => rm(folder, { recursive: true }));

/** Our storage and the agent's, both at one service. */
interface Clients {
  storage: ReturnType<typeof connectStorage>;
  agent: ReturnType<typeof connectAgentStorage>;
}

const never = new AbortController().signal;
const work = { vmName: 'vm01', fileName: 'a', action: 'a', jobId: 'a', attempt: 1 };
const line = { writer: 'Collector', level: 'info', event: 'e', message: 'm', at: 1 } as const;

/** A call of each kind: to blobs, queues and tables, from the functions and from a VM. */
const calls: [string, (clients: Clients, signal?: AbortSignal) => Promise<unknown>][] = [
  ['HEAD of a blob', ({ storage }) => azureFiles(storage).head('a.json')],
  [
    'upload of a file',
    ({ storage }) =>
      putFile(storage, { fileName: 'a', body: Readable.from(['x']), metadata: {}, ifAbsent: true }),
  ],
  ['message', ({ storage }) => azureMessages(storage).send(work)],
  ['insert of a table row', ({ storage }) => azureLog(storage)(line)],
  ['download of the agent', ({ agent }, signal = never) => agent.download('a', '0x1', `${path}.in`, signal)],
  ['upload of the agent', ({ agent }, signal = never) => agent.uploadResult('f00.1', path, signal)],
  ['hand-on of the agent', ({ agent }, signal = never) => agent.handOn('f00.a', path, {}, signal)],
  ['peek of the agent', ({ agent }) => agent.peek(32)],
];

/** Makes a call to a service that gives these answers; how it ended, after how many tries and how long. */
async function ask(
  call: (clients: Clients, signal?: AbortSignal) => Promise<unknown>,
  answers: readonly Answer[],
  signal?: AbortSignal,
) {
  const service = await startFakeService(answers);
  const [blobUrl, queueUrl, tableUrl] = Array.from({ length: 3 }, () => `${service.url}/account`) as [
    string,
    string,
    string,
  ];
  const options = { blobUrl, queueUrl, tableUrl, ca: service.ca, credential: anyToken };
  let operations = 0;
  const onRequest = () => {
    operations += 1;
  };
  const clients = {
    storage: connectStorage({ ...options, onRequest }),
    agent: connectAgentStorage({ ...options, onRequest }),
  };
  const startedAt = performance.now();
  const error = await call(clients, signal).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const ms = performance.now() - startedAt;
  await service.close();
  return { error, tries: service.asked.length, operations, ms };
}

/** The same for every kind of call, all at the same time: most of it is waiting. */
function askAll(answers: readonly Answer[]) {
  return Promise.all(calls.map(async ([name, call]) => ({ name, ...(await ask(call, answers)) })));
}

describe('a call that is throttled', () => {
  it.each([
    ['503 with a Retry-After', { status: 503, headers: { 'retry-after': '60' } }, 60_000],
    ['429 with a Retry-After', { status: 429, headers: { 'retry-after': '60' } }, 60_000],
    ['503 ServerBusy', { status: 503, headers: { 'x-ms-error-code': 'ServerBusy' } }, undefined],
    ['429', { status: 429 }, undefined],
  ])('by a %s is made once, and says how long to wait', async (_what, answer, retryAfterMs) => {
    for (const { name, error, tries, ms } of await askAll([answer])) {
      expect(error, name).toMatchObject({
        name: 'AppError',
        code: 'throttled',
        retryable: true,
        retryAfterMs,
      });
      expect(tries, name).toBe(1);
      expect(ms, name).toBeLessThan(5_000);
    }
  });

  it('for a short while is made again, not before its time, and counts as one operation', async () => {
    const answers = [{ status: 503, headers: { 'retry-after': '2' } }, { status: 403 }];
    for (const { name, error, tries, operations, ms } of await askAll(answers)) {
      expect(error, name).toMatchObject({ code: 'no_permission' });
      expect({ tries, operations }, name).toEqual({ tries: 2, operations: 1 });
      expect(ms, name).toBeGreaterThanOrEqual(1_990);
    }
  });

  it('ends as soon as its signal fires, whatever the reason', async () => {
    const answer: Answer = { status: 503, headers: { 'retry-after': '4' } };
    for (const [name, call] of calls.filter(([name]) => /^(download|upload) of the agent$/.test(name))) {
      const stop = new AbortController();
      setTimeout(() => stop.abort(new Error('time limit')), 500);
      const { error, tries, ms } = await ask(call, [answer], stop.signal);
      expect(error, name).toMatchObject({ name: 'AppError', code: 'unavailable' });
      expect(tries, name).toBe(1);
      expect(ms, name).toBeLessThan(3_000);
    }
  });
});

describe('a call that fails otherwise', () => {
  it.concurrent.each([
    ['500', 500],
    ['503', 503],
    ['no answer', 0],
  ])('with %s is made three times', async (_what, status) => {
    for (const { name, error, tries } of await askAll([{ status }])) {
      expect(error, name).toMatchObject({ name: 'AppError', code: 'unavailable', retryable: true });
      expect(tries, name).toBe(3);
    }
  });

  it.each([400, 403, 409])('with %s is made once', async (status) => {
    const answers = [{ status, headers: { 'x-ms-error-code': 'Whatever' } }];
    for (const { name, tries } of await askAll(answers)) expect(tries, name).toBe(1);
  });
});
