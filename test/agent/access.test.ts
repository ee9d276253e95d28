import { describe, expect, it, vi } from 'vitest';
import { holdAccess, parseAccess } from '../../src/agent/access.ts';
import { AppError } from '../../src/core/errors.ts';

const key = 'S3CRET';
const textOf = (changes: object = {}) =>
  JSON.stringify({ endpoint: 'https://pool.example/api', functionKey: key, ...changes });

function problemOf(text: string): AppError {
  try {
    parseAccess(text);
  } catch (error) {
    return error as AppError;
  }
  throw new Error('it was accepted');
}

describe('parseAccess', () => {
  it('reads what the deployment wrote, and passes over what a newer one has', () => {
    const text = textOf({ endpoint: 'https://pool.example/api/', audience: 'api://rouse', more: 1 });
    expect(parseAccess(text)).toEqual({
      endpoint: 'https://pool.example/api',
      functionKey: key,
      audience: 'api://rouse',
    });
    expect(parseAccess('{"endpoint":"http://127.0.0.1:7071/api"}')).toEqual({
      endpoint: 'http://127.0.0.1:7071/api',
      functionKey: undefined,
      audience: undefined,
    });
  });

  it.each([
    [textOf({ endpoint: undefined }), 'endpoint: is missing'],
    [textOf({ endpoint: `http://${key}.example/api` }), 'endpoint: not an https: URL'],
    [textOf({ endpoint: `https://u:${key}@pool.example/api` }), 'endpoint: not an https: URL'],
    [textOf({ endpoint: `https://pool.example/api?code=${key}` }), 'endpoint: '],
    [textOf({ functionKey: `${key}\r\nx: y` }), 'functionKey: '],
    [textOf({ functionKey: '' }), 'functionKey: '],
    [textOf({ audience: ['api://rouse'] }), 'audience: '],
    [`"${key}"`, 'its content: '],
    [`{"functionKey":"${key}"`, 'it is not JSON'],
    ['', 'it is not JSON'],
  ])('refuses %s by the name of the property, and never with its value', (text, problem) => {
    const error = problemOf(text);
    expect(error).toMatchObject({ code: 'misconfigured', message: expect.stringContaining(problem) });
    expect(error.message).not.toContain(key);
    expect(String(error.cause)).not.toContain(key);
  });
});

describe('holdAccess', () => {
  it('reads once for all that ask, and keeps it', async () => {
    const read = vi.fn(async () => textOf());
    const access = holdAccess('config', read);
    expect(read).not.toHaveBeenCalled();
    const [one, other] = await Promise.all([access.get(), access.get()]);
    expect(one).toBe(other);
    expect(await access.get()).toBe(one);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it.each([
    [undefined, 'it is not there'],
    ['{}', 'endpoint: is missing'],
  ])('says which blob in which container is missing or wrong, and looks again', async (text, why) => {
    const read = vi.fn<() => Promise<string | undefined>>(async () => textOf()).mockResolvedValueOnce(text);
    const access = holdAccess('told', read);
    await expect(access.get()).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringMatching(
        new RegExp(`^the blob access\\.json in the container told cannot be used: ${why}\\. The deployment`),
      ),
    });
    expect(await access.get()).toMatchObject({ functionKey: key });
  });

  it('says what Azure said, in its own sense', async () => {
    const busy = new AppError('throttled', 'Azure said 503', { retryAfterMs: 7000 });
    const access = holdAccess('config', () => Promise.reject(busy));
    await expect(access.get()).rejects.toMatchObject({ code: 'throttled', retryAfterMs: 7000, cause: busy });
  });

  it('is read again when it was refused: by one, for all whom the same was refused', async () => {
    const read = vi.fn(async () => textOf()).mockResolvedValueOnce(textOf({ functionKey: 'old' }));
    const access = holdAccess('config', read);
    const old = await access.get();
    const [one, other] = await Promise.all([access.renew(old), access.renew(old)]);
    expect(one).toMatchObject({ functionKey: key });
    expect(other).toBe(one);
    expect(await access.renew(old)).toBe(one);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('is the same when nothing has changed', async () => {
    const access = holdAccess('config', async () => textOf());
    const held = await access.get();
    expect(await access.renew(held)).toBe(held);
  });

  it('is kept when it cannot be read again, which passes', async () => {
    const read = vi
      .fn<() => Promise<string | undefined>>(async () => undefined)
      .mockResolvedValueOnce(textOf());
    const access = holdAccess('config', read);
    const held = await access.get();
    await expect(access.renew(held)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(await access.get()).toBe(held);
  });
});
