import { HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { claim } from '../../src/core/claim.ts';
import type { World } from '../../src/core/world.ts';
import { openTown } from '../core/town.ts';
import { contextOf, openDoor } from './doors.ts';

type Door = (request: HttpRequest, context: InvocationContext, world: World) => Promise<HttpResponseInit>;

const { funcHttpJob } = (await openDoor('funcHttpJob')) as unknown as { funcHttpJob: Door };

/** Calls the door at `jobs/{...path}`, as the host does: with what the route names, and the query, as parameters. */
async function call(
  world: World,
  method: 'GET' | 'POST',
  path: readonly string[],
  query: Record<string, string> = {},
  body?: string,
) {
  const [id, order] = path;
  const params = { ...query, ...(id !== undefined && { id }), ...(order !== undefined && { order }) };
  const url = `http://localhost/api/jobs/${path.join('/')}?${new URLSearchParams(query)}`;
  const request = new HttpRequest({
    method,
    url,
    params,
    ...(body !== undefined && { body: { string: body } }),
  });
  const { status = 200, jsonBody, body: text, headers } = await funcHttpJob(request, contextOf(), world);
  return { status, headers, ...(jsonBody ?? JSON.parse(String(text))) };
}

describe('GET jobs/{id}', () => {
  it('shows all of a job, with times that can be read and what may be ordered', async () => {
    const town = openTown(['vm01']);
    const job = await town.arrive('a b/ü.json', { action: 'chart', priority: '2' });
    const at = new Date(town.world.now()).toISOString();
    const history = [
      { at, state: 'assigned', attempt: 1, vmName: 'vm01', cause: expect.stringMatching(/^vm01: asleep/) },
    ];
    expect(await call(town.world, 'GET', [job.id])).toEqual({
      status: 200,
      jobId: job.id,
      fileName: 'a b/ü.json',
      etag: job.etag,
      rootJobId: job.id,
      hop: 0,
      action: 'chart',
      priority: 2,
      state: 'assigned',
      cause: expect.any(String),
      error: '',
      attempt: 1,
      vmName: 'vm01',
      failedRuns: 0,
      unreported: 0,
      leaseUntil: null,
      begunAt: null,
      notBefore: null,
      insertedAt: at,
      completedAt: null,
      resultName: '',
      durationMs: 0,
      history,
      permitted: ['cancel', 'defer', 'assign'],
    });
    await claim('vm01', town.world);
    const leaseUntil = new Date(town.world.now() + town.world.rules.leaseMs).toISOString();
    expect(await call(town.world, 'GET', [job.id])).toMatchObject({
      state: 'processing',
      leaseUntil,
      permitted: ['cancel'],
    });
  });

  it('answers 404 where there is none', async () => {
    for (const id of ['0'.repeat(40), 'nonsense', '__proto__'])
      expect(await call(openTown([]).world, 'GET', [id])).toMatchObject({ status: 404, code: 'not_found' });
  });
});

describe('GET jobs', () => {
  it('finds jobs a page at a time, by names in any case', async () => {
    const town = openTown([{ name: 'vm01', disabled: true }]);
    for (const name of ['a', 'b', 'c']) await town.arrive(name);
    const first = await call(town.world, 'GET', [], { STATE: 'received', Count: '2', code: 'key' });
    expect(first).toMatchObject({ status: 200, unreadable: [], continuation: expect.any(String) });
    const { continuation } = first;
    const second = await call(town.world, 'GET', [], { state: 'received', count: '2', continuation });
    const names = [...first.jobs, ...second.jobs].map(({ fileName }) => fileName);
    expect(names.sort()).toEqual(['a', 'b', 'c']);
    expect(second).not.toHaveProperty('continuation');
    const byName = await call(town.world, 'GET', [], { filename: 'b', vmname: '' });
    expect(byName.jobs).toMatchObject([
      { fileName: 'b', state: 'received', history: [{ state: 'received' }] },
    ]);
  });

  it.each([
    [{}, 'name at least one of fileName, state, vmName, root'],
    [{ state: 'lost' }, 'state: '],
    [{ state: 'failed', count: '201' }, 'count: '],
    [{ root: 'x' }, 'root: is not a job id'],
    [{ state: 'failed', continuation: 'x' }, 'continuation'],
  ])('answers 400 to %j, by the names of what is wrong', async (query, detail) => {
    const answer = await call(openTown([]).world, 'GET', [], query);
    expect(answer).toMatchObject({ status: 400, code: 'bad_input', detail: expect.stringContaining(detail) });
  });
});

describe('POST jobs/{id}/{order}', () => {
  it('does what is ordered, and answers the job as it then is', async () => {
    const town = openTown(['vm01', 'vm02']);
    const { id } = await town.arrive('a');
    const post = (order: string, query = {}, body?: string) =>
      call(town.world, 'POST', [id, order], query, body);
    expect(await post('assign', {}, '{"VMName":"vm02"}')).toMatchObject({
      state: 'assigned',
      vmName: 'vm02',
    });
    expect(await post('assign', { vmName: 'vm01' })).toMatchObject({ vmName: 'vm01', attempt: 3 });
    expect(await post('defer')).toMatchObject({ state: 'deferred', permitted: ['cancel', 'release'] });
    expect(await post('release')).toMatchObject({ state: 'received', attempt: 4 });
    expect(await post('cancel')).toMatchObject({ status: 200, state: 'cancelled', permitted: [] });
    expect(await post('cancel')).toMatchObject({ status: 200, state: 'cancelled' });
  });

  it('answers 409 to what the state does not permit, and names what it permits', async () => {
    const town = openTown(['vm01']);
    const { id } = await town.arrive('a');
    const answer = await call(town.world, 'POST', [id, 'retry']);
    expect(answer).toMatchObject({
      status: 409,
      code: 'move_refused',
      permitted: ['cancel', 'defer', 'assign'],
      detail:
        'a is assigned, retry is refused: it has not failed; orders permitted in this state: cancel, defer, assign',
      headers: { 'Content-Type': 'application/problem+json' },
    });
  });

  it.each([
    ['explode', {}, 400, /order: .*cancel.*retry.*defer.*release.*assign/],
    ['assign', {}, 400, /vmName: assign needs the VM/],
    ['assign', { vmName: 'vm99' }, 404, /no VM vm99/],
  ])('answers %s %j with %i', async (order, query, status, detail) => {
    const town = openTown(['vm01']);
    const { id } = await town.arrive('a');
    const answer = await call(town.world, 'POST', [id, order], query);
    expect(answer).toMatchObject({ status, detail: expect.stringMatching(detail) });
  });

  it('answers 404 for a job that there is not', async () => {
    const answer = await call(openTown([]).world, 'POST', ['0'.repeat(40), 'cancel']);
    expect(answer).toMatchObject({ status: 404, code: 'not_found' });
  });
});

describe('another method', () => {
  it.each([
    ['GET', ['x', 'cancel'], 'POST'],
    ['POST', ['x'], 'GET'],
    ['POST', [], 'GET'],
  ] as const)('%s at jobs/%j is answered with 405 and what it should be', async (method, path, allowed) => {
    const answer = await call(openTown([]).world, method, path);
    expect(answer).toMatchObject({ status: 405, code: 'wrong_method', headers: { Allow: allowed } });
  });
});
