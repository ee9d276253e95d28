import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../src/core/errors.ts';
import type { World } from '../../src/core/world.ts';
import { openTown } from '../core/town.ts';
import { behindOneAddress, contextOf, openDoor, request } from './doors.ts';

type Door = (request: HttpRequest, context: InvocationContext, world: World) => Promise<HttpResponseInit>;

const { funcHttpVMStop } = (await openDoor('funcHttpVMStop')) as unknown as Record<string, Door>;
const { funcHttpVMNext } = (await openDoor('funcHttpVMNext')) as unknown as Record<string, Door>;

function call(door: Door | undefined, asked: HttpRequest, world: World) {
  if (!door) throw new Error('no such door');
  return door(asked, contextOf(), behindOneAddress(world));
}

function problemIn(answer: HttpResponseInit) {
  const { 'Content-Type': contentType } = answer.headers as Record<string, string>;
  return { ...JSON.parse(String(answer.body)), status: answer.status, contentType };
}

describe('funcHttpVMStop', () => {
  it('takes the article’s call as it is', async () => {
    const town = openTown(['vm01']);
    await town.arrive('a b/ü.json');
    const { jsonBody } = await call(
      funcHttpVMStop,
      request('GET', { vmName: 'vm01', fileName: 'a b/ü.json' }),
      town.world,
    );
    expect(jsonBody).toEqual({ vmName: 'vm01', recorded: 'new', stop: true, next: null });
  });

  it('takes a JSON body too, and answers the next file with its lease', async () => {
    const town = openTown(['vm01']);
    const job = await town.arrive('a.json');
    const next = await town.arrive('b.json');
    const body = { vmName: 'vm01', jobId: job.id, attempt: 1, status: 'ok', resultName: 'r' };
    const { jsonBody } = await call(funcHttpVMStop, request('POST', {}, body), town.world);
    expect(jsonBody).toEqual({
      vmName: 'vm01',
      recorded: 'new',
      stop: false,
      next: {
        fileName: 'b.json',
        etag: next.etag,
        action: 'process',
        jobId: next.id,
        attempt: 1,
        leaseUntil: new Date(town.world.now() + 300_000).toISOString(),
        leaseSeconds: 300,
        timeLimitSeconds: 21_600,
      },
    });
  });

  it.each([
    ['no VM', request('GET', {}), 403, 'not_proven'],
    ['a body that is no JSON', request('POST', { vmName: 'vm01' }, '{'), 400, 'bad_input'],
    ['a body that is a list', request('POST', { vmName: 'vm01' }, []), 400, 'bad_input'],
    ['a body too large', request('POST', { vmName: 'vm01' }, ' '.repeat(1024 * 1024 + 1)), 400, 'bad_input'],
    [
      'a job id without an attempt',
      request('GET', { vmName: 'vm01', jobId: 'a'.repeat(40) }),
      400,
      'bad_input',
    ],
    ['a VM that is not of the pool', request('GET', { vmName: 'vm99' }), 403, 'not_proven'],
    [
      'a job that the VM never had',
      request('POST', {}, { vmName: 'vm01', jobId: 'a'.repeat(40), attempt: 1 }),
      403,
      'not_yours',
    ],
  ])('answers %s with a problem', async (_what, asked, status, code) => {
    const answer = await call(funcHttpVMStop, asked, openTown(['vm01']).world);
    expect(problemIn(answer)).toMatchObject({ status, code, contentType: 'application/problem+json' });
  });
});

describe('funcHttpVMNext', () => {
  it('claims, renews and releases', async () => {
    const town = openTown(['vm01']);
    const job = await town.arrive('a.json');
    const lease = { vmName: 'vm01', jobId: job.id, attempt: 1 };
    const claimed = await call(funcHttpVMNext, request('POST', {}, { vmName: 'vm01' }), town.world);
    expect(claimed.jsonBody).toMatchObject({ stop: false, next: { jobId: job.id } });
    town.pass(60_000);
    const renewed = await call(funcHttpVMNext, request('POST', {}, lease), town.world);
    expect(renewed.jsonBody).toMatchObject({ next: { leaseSeconds: 300 } });
    const released = await call(funcHttpVMNext, request('POST', {}, { ...lease, release: true }), town.world);
    expect(released.jsonBody).toEqual({ vmName: 'vm01', stop: false, next: null });
    const late = await call(funcHttpVMNext, request('POST', {}, lease), town.world);
    expect(problemIn(late)).toMatchObject({ status: 409, code: 'lease_lost' });
  });
});

describe('an error inside', () => {
  const failing = (error: Error): World => ({
    ...openTown(['vm01']).world,
    pool: { ...openTown(['vm01']).world.pool, read: () => Promise.reject(error) },
  });

  it.each([
    ['throttled', 429],
    ['unavailable', 503],
    ['no_permission', 503],
  ] as const)('%s says when to try again, and nothing of the inside', async (code: ErrorCode, status) => {
    const world = failing(new AppError(code, 'account key 123', { retryAfterMs: 7100 }));
    const answer = await call(funcHttpVMNext, request('POST', {}, { vmName: 'vm01' }), world);
    expect(problemIn(answer)).toMatchObject({ status, code });
    expect(answer.headers).toMatchObject({ 'Retry-After': '8' });
    expect(String(answer.body)).not.toContain('123');
  });

  it('that is a programming error reaches the host', async () => {
    const answer = call(
      funcHttpVMNext,
      request('POST', {}, { vmName: 'vm01' }),
      failing(new TypeError('oh')),
    );
    await expect(answer).rejects.toThrow('oh');
  });
});
