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

/** Makes a call to a service that gives these answers; how it ended, and how often the service was asked for how long. */
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

describe.concurrent.each(calls)('a %s', (_name, call) => {
  it.each([
    ['503 with a Retry-After', { status: 503, headers: { 'retry-after': '60' } }, 60_000],
    ['429 with a Retry-After', { status: 429, headers: { 'retry-after': '60' } }, 60_000],
    ['503 ServerBusy', { status: 503, headers: { 'x-ms-error-code': 'ServerBusy' } }, undefined],
    ['429', { status: 429 }, undefined],
  ])('that is answered %s is made once, and says how long to wait', async (_what, answer, retryAfterMs) => {
    const { error, tries, ms } = await ask(call, [answer]);
    expect(error).toMatchObject({ name: 'AppError', code: 'throttled', retryable: true, retryAfterMs });
    expect(tries).toBe(1);
    expect(ms).toBeLessThan(5_000);
  });

  it('that is answered with a short Retry-After is made again, not before its time, and counted once', async () => {
    const { error, tries, operations, ms } = await ask(call, [
      { status: 503, headers: { 'retry-after': '2' } },
      { status: 403 },
    ]);
    expect(error).toMatchObject({ code: 'no_permission' });
    expect({ tries, operations }).toEqual({ tries: 2, operations: 1 });
    expect(ms).toBeGreaterThanOrEqual(1_990);
  });

  it.each([
    ['500', 500],
    ['503', 503],
    ['no answer', 0],
  ])('that gets %s is made three times', async (_what, status) => {
    const { error, tries } = await ask(call, [{ status }]);
    expect(error).toMatchObject({ name: 'AppError', code: 'unavailable', retryable: true });
    expect(tries).toBe(3);
  });

  it.each([400, 403, 409])('that is refused with %s is made once', async (status) => {
    const { tries } = await ask(call, [{ status, headers: { 'x-ms-error-code': 'Whatever' } }]);
    expect(tries).toBe(1);
  });
});

describe('a call that waits for its next try', () => {
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
