import assert from 'node:assert';
import { describe, expect, it } from 'vitest';
import { ifThere, parseRetryAfterMs, toAppError, translated } from '../../src/azure/errors.ts';
import { AppError } from '../../src/core/errors.ts';

/** An error as the SDKs throw it. */
function restError(properties: {
  statusCode?: number;
  code?: string;
  details?: object;
  headers?: object;
}): Error {
  const { headers = {}, ...rest } = properties;
  const error = Object.assign(new Error('first line\nRequestId: 1'), rest, {
    response: { headers: new Map(Object.entries(headers)) },
  });
  error.name = 'RestError';
  return error;
}

function codeOf(error: Error): string {
  const translation = toAppError(error);
  assert(translation instanceof AppError);
  return translation.code;
}

describe('an error of a call to Azure', () => {
  it.each([
    [400, 'misconfigured'],
    [401, 'no_permission'],
    [403, 'no_permission'],
    [404, 'misconfigured'],
    [408, 'unavailable'],
    [409, 'conflict'],
    [412, 'conflict'],
    [413, 'misconfigured'],
    [429, 'throttled'],
    [500, 'unavailable'],
    [502, 'unavailable'],
    [504, 'unavailable'],
    [undefined, 'unavailable'],
  ])('with status %s is %s', (statusCode, code) => {
    expect(codeOf(restError({ statusCode }))).toBe(code);
  });

  it('says how long to wait where Azure says it, and is then a throttling', () => {
    const error = toAppError(restError({ statusCode: 503, headers: { 'retry-after': '7' } }));
    expect(error).toMatchObject({ code: 'throttled', retryable: true, retryAfterMs: 7000 });
    expect(codeOf(restError({ statusCode: 503, code: 'ServerBusy' }))).toBe('throttled');
    expect(codeOf(restError({ statusCode: 503 }))).toBe('unavailable');
  });

  it.each(['AbortError', 'TimeoutError', 'CredentialUnavailableError', 'AggregateAuthenticationError'])(
    'that is a %s is unavailable',
    (name) => {
      expect(codeOf(Object.assign(new Error('x'), { name }))).toBe('unavailable');
    },
  );

  it('has one line for people and keeps its cause', () => {
    const cause = restError({ statusCode: 404, details: { odataError: { code: 'TableNotFound' } } });
    const error = toAppError(cause);
    expect(error).toMatchObject({ message: 'Azure said 404 TableNotFound: first line', cause });
  });

  it('passes unchanged where it is the program that is wrong, or was translated already', async () => {
    for (const error of [new TypeError('x'), new AppError('quota', 'x')])
      await expect(translated(() => Promise.reject(error))).rejects.toBe(error);
  });
});

describe('asking for what may not be there', () => {
  it.each([
    { details: { errorCode: 'ResourceNotFound' } },
    { details: { odataError: { code: 'EntityNotFound' } } },
    { code: 'BlobNotFound' },
    { headers: { 'x-ms-error-code': 'BlobNotFound' } },
  ])('takes %j for an answer', async (properties) => {
    const error = restError({ statusCode: 404, ...properties });
    expect(await ifThere(() => Promise.reject(error))).toBeUndefined();
  });

  it.each(['TableNotFound', 'ContainerNotFound', 'QueueNotFound', ''])(
    'never takes %o for one: all would seem empty',
    async (errorCode) => {
      const error = restError({ statusCode: 404, details: { errorCode } });
      await expect(ifThere(() => Promise.reject(error))).rejects.toMatchObject({ code: 'misconfigured' });
    },
  );
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 1);
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('%o is %o ms', (text, ms) => {
    expect(parseRetryAfterMs(text, now)).toBe(ms);
  });
});
