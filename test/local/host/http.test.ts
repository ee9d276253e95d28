import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpFront, startHttp } from '../../../src/local/host/http.ts';
import type { HttpData, TypedData } from '../../../src/local/host/rpc.ts';
import type { HttpTrigger, LoadedFunction } from '../../../src/local/host/trigger.ts';

let front: HttpFront | undefined;
afterEach(() => front?.stop());

function door(name: string, trigger: Partial<HttpTrigger> = {}): LoadedFunction {
  return {
    name,
    bindingName: 'request',
    trigger: { type: 'http', methods: [], authLevel: 'anonymous', route: name, ...trigger },
    metadata: { name, bindings: {} },
    handler: () => undefined,
  };
}

type Answer = HttpData | undefined | Error;

/** Serves these functions; what each is called with is its reply, or what `answer` says. */
async function serve(
  functions: LoadedFunction[],
  { answer, routePrefix = 'api' }: { answer?: () => Answer | Promise<Answer>; routePrefix?: string } = {},
): Promise<string> {
  front = await startHttp({
    functions,
    routePrefix,
    keys: { _default: 'host-key', _master: 'master-key', mine: 'my-key' },
    port: 0,
    log: () => {},
    async invoke(called, input: TypedData) {
      const body = {
        called: called.name,
        ...input.http,
        body: Buffer.from(input.http?.body?.bytes ?? []).toString(),
      };
      const http = answer ? await answer() : { statusCode: '200', body: { string: JSON.stringify(body) } };
      return http instanceof Error
        ? { error: http }
        : { response: { returnValue: http ? { http } : undefined } };
    },
  });
  return `http://127.0.0.1:${front.port}`;
}

const statusOf = async (url: string, init?: RequestInit) => (await fetch(url, init)).status;
const jsonOf = async (url: string, init?: RequestInit): Promise<HttpData & { called: string }> =>
  JSON.parse(await (await fetch(url, init)).text());

describe('routing', () => {
  it('calls the function that path and method name, without regard to case', async () => {
    const url = await serve([
      door('read', { methods: ['GET'], route: 'jobs/{id}/{verb?}' }),
      door('write', { methods: ['POST'], route: 'jobs/{id}/{verb?}' }),
      door('all', { route: 'jobs/all' }),
    ]);
    expect(await jsonOf(`${url}/api/jobs/a%2Fb/cancel?x=1&x=2`)).toMatchObject({
      called: 'read',
      params: { id: 'a/b', verb: 'cancel', x: '1,2' },
      query: { x: '1,2' },
    });
    expect(await jsonOf(`${url}/API/Jobs/7`, { method: 'POST', body: 'text' })).toMatchObject({
      called: 'write',
      params: { id: '7' },
      body: 'text',
    });
    expect(await jsonOf(`${url}/api/jobs/ALL`)).toMatchObject({ called: 'all' });
  });

  it('answers 404 to an unknown path and to a method that the path has not', async () => {
    const url = await serve([door('read', { methods: ['GET'] })]);
    expect(await statusOf(`${url}/api/other`)).toBe(404);
    expect(await statusOf(`${url}/read`)).toBe(404);
    expect(await statusOf(`${url}/api/read/more`)).toBe(404);
    expect(await statusOf(`${url}/api/read`, { method: 'DELETE' })).toBe(404);
    expect(await statusOf(`${url}/api/read`)).toBe(200);
  });

  it('serves at the root where the route prefix is empty', async () => {
    const url = await serve([door('read')], { routePrefix: '' });
    expect(await statusOf(`${url}/read`)).toBe(200);
  });

  it('answers 400 to an address that names a user', async () => {
    const { port } = new URL(await serve([door('mine', { authLevel: 'anonymous' })]));
    const sent = request({ port, path: 'http://user:secret@127.0.0.1/api/mine' }).end();
    const [response] = await once(sent, 'response');
    response.resume();
    expect(response.statusCode).toBe(400);
  });

  it('answers 400 to a path that cannot be decoded', async () => {
    const url = await serve([door('read', { route: '{name}' })]);
    expect(await statusOf(`${url}/api/%ff`)).toBe(400);
  });
});

describe('keys', () => {
  it('lets in a caller with a key of the function or of the host, in the query or the header', async () => {
    const url = await serve([
      door('mine', { authLevel: 'function' }),
      door('other', { authLevel: 'function' }),
    ]);
    for (const key of ['my-key', 'host-key', 'master-key'])
      expect(await statusOf(`${url}/api/mine?code=${key}`)).toBe(200);
    expect(await statusOf(`${url}/api/mine`, { headers: { 'x-functions-key': 'my-key' } })).toBe(200);
    expect(await statusOf(`${url}/api/other?code=my-key`)).toBe(401);
    expect(await statusOf(`${url}/api/other?code=`)).toBe(401);
    expect(await statusOf(`${url}/api/other`)).toBe(401);
  });

  it('wants the master key for level admin and none for level anonymous', async () => {
    const url = await serve([door('mine', { authLevel: 'admin' }), door('open')]);
    expect(await statusOf(`${url}/api/mine?code=my-key`)).toBe(401);
    expect(await statusOf(`${url}/api/mine?code=host-key`)).toBe(401);
    expect(await statusOf(`${url}/api/mine?code=master-key`)).toBe(200);
    expect(await statusOf(`${url}/api/open?code=wrong`)).toBe(200);
  });
});

describe('requests', () => {
  it('come with the address that was seen as the last of x-forwarded-for', async () => {
    const url = await serve([door('read')]);
    const { headers } = await jsonOf(`${url}/api/read`, { headers: { 'x-forwarded-for': '1.2.3.4' } });
    expect(headers?.['x-forwarded-for']).toMatch(/^1\.2\.3\.4, 127\.0\.0\.1:\d+$/);
    expect((await jsonOf(`${url}/api/read`)).headers?.['x-forwarded-for']).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('with a body of more than 100 MiB are 500 before the function', async () => {
    let calls = 0;
    const url = await serve([door('write')], { answer: () => void calls++ });
    const body = Buffer.alloc(104_857_601);
    expect(await statusOf(`${url}/api/write`, { method: 'POST', body })).toBe(500);
    const chunked = new Blob([body]).stream();
    expect(
      await statusOf(`${url}/api/write`, { method: 'POST', body: chunked, duplex: 'half' } as RequestInit),
    ).toBe(500);
    expect(calls).toBe(0);
    expect(await statusOf(`${url}/api/write`, { method: 'POST', body: body.subarray(1) })).toBe(204);
    expect(calls).toBe(1);
  });

  it('that break off reach no function and harm no other', async () => {
    let calls = 0;
    const url = await serve([door('write')], { answer: () => void calls++ });
    const broken = request(`${url}/api/write`, { method: 'POST', headers: { 'content-length': 10 } });
    await new Promise((resolve) => {
      broken.on('error', resolve);
      broken.write('half', () => broken.destroy(new Error('gone')));
    });
    expect(await statusOf(`${url}/api/write`)).toBe(204);
    expect(calls).toBe(1);
  });
});

describe('replies', () => {
  it('carry status, headers and bytes', async () => {
    const headers = { 'content-type': 'application/problem+json', 'retry-after': '5' };
    const url = await serve([door('read')], {
      answer: () => ({ statusCode: '429', headers, body: { bytes: Buffer.from('{}') } }),
    });
    const reply = await fetch(`${url}/api/read`);
    expect(reply.status).toBe(429);
    expect(Object.fromEntries(reply.headers)).toMatchObject(headers);
    expect(await reply.text()).toBe('{}');
  });

  it('are 500 and empty where the function failed, 204 where it said nothing', async () => {
    let failing = true;
    const url = await serve([door('read')], { answer: () => (failing ? new Error('secret') : undefined) });
    const reply = await fetch(`${url}/api/read`);
    expect([reply.status, await reply.text()]).toEqual([500, '']);
    failing = false;
    expect(await statusOf(`${url}/api/read`)).toBe(204);
  });
});

it('when stopped, ends the connections of the replies that it still gives', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const url = await serve([door('slow')], {
    answer: async () => {
      begin();
      await held;
      return undefined;
    },
  });
  const reply = fetch(`${url}/api/slow`);
  await begun;
  const stopping = front?.stop();
  release();
  expect((await reply).headers.get('connection')).toBe('close');
  await stopping;
  front = undefined;
});
