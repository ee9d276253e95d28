import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { tokenVerifier } from '../../src/azure/tokens.ts';
import { closeServer, listen } from '../../src/local/listen.ts';

const tenantId = '00000000-0000-0000-0000-00000000000a';
const audience = 'api://rouse';

async function makeKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' } };
}
const [first, second, stranger] = await Promise.all(['one', 'two', 'none'].map(makeKey));

let close = async () => {};
afterEach(async () => {
  vi.useRealTimers();
  await close();
});

/** An authority that publishes some keys, and a verifier that asks it. */
async function opened(options: { audience?: string } = {}) {
  const authority = { fetches: 0, keys: [first?.jwk], status: 200 };
  const server = createServer((request, response) => {
    authority.fetches += 1;
    const isKeys = request.url === `/${tenantId}/discovery/v2.0/keys`;
    response.writeHead(isKeys ? authority.status : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: authority.keys }));
  });
  const origin = `http://127.0.0.1:${await listen(server)}`;
  close = () => closeServer(server);
  const verify = tokenVerifier({ audience, tenantId, authority: `${origin}/`, ...options });
  return { authority, origin, verify };
}

function sign(claims: JWTPayload = {}, key = first) {
  if (!key) throw new Error('no key');
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: `https://sts.windows.net/${tenantId}/`,
    aud: audience,
    tid: tenantId,
    oid: 'principal',
    nbf: now,
    exp: now + 3600,
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid: key.kid })
    .sign(key.privateKey);
}

describe('a token', () => {
  it('says whose it is, in both versions', async () => {
    const { verify, origin } = await opened();
    expect(await verify(await sign())).toEqual({ principalId: 'principal', resourceId: undefined });
    const later = { iss: `${origin}/${tenantId}/v2.0`, aud: 'rouse', ver: '2.0', xms_mirid: '/vms/vm01' };
    expect(await verify(await sign(later))).toEqual({ principalId: 'principal', resourceId: '/vms/vm01' });
  });

  it.each([
    ['https://management.azure.com/', 'https://management.azure.com'],
    ['https://management.azure.com', 'https://management.azure.com/'],
    ['11111111-2222-3333-4444-555555555555', '11111111-2222-3333-4444-555555555555'],
  ])('that was asked for %s may name %s', async (audience, aud) => {
    const { verify } = await opened({ audience });
    await expect(verify(await sign({ aud }))).resolves.toMatchObject({ principalId: 'principal' });
  });

  it('of a clock that is a minute off is taken', async () => {
    const { verify } = await opened();
    const now = Math.floor(Date.now() / 1000);
    await expect(verify(await sign({ exp: now - 50 }))).resolves.toBeDefined();
    await expect(verify(await sign({ nbf: now + 50 }))).resolves.toBeDefined();
    await expect(verify(await sign({ exp: now - 70 }))).rejects.toMatchObject({ code: 'not_proven' });
    await expect(verify(await sign({ nbf: now + 70 }))).rejects.toMatchObject({ code: 'not_proven' });
  });

  it.each([
    ['tid', { tid: '00000000-0000-0000-0000-00000000000b' }],
    ['tid', { tid: undefined }],
    ['oid', { oid: undefined }],
    ['oid', { oid: '' }],
    ['oid', { oid: ['principal'] }],
    ['exp', { exp: undefined }],
    ['iss', { iss: 'https://sts.windows.net/00000000-0000-0000-0000-00000000000b/' }],
    ['aud', { aud: 'api://rouse2' }],
    ['xms_mirid', { xms_mirid: 1 }],
  ])('with a wrong %s is refused: %j', async (_what, claims) => {
    const { verify } = await opened();
    await expect(verify(await sign(claims))).rejects.toMatchObject({ code: 'not_proven' });
  });
});

describe('the keys of the tenant', () => {
  it('are fetched once', async () => {
    const { authority, verify } = await opened();
    const token = await sign();
    await Promise.all([verify(token), verify(token), verify(token)]);
    await verify(token);
    expect(authority.fetches).toBe(1);
  });

  it('are fetched again for a key that is not among them, and not in a row', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { authority, verify } = await opened();
    await verify(await sign());
    authority.keys = [first?.jwk, second?.jwk];
    await expect(verify(await sign({}, second))).rejects.toMatchObject({ code: 'not_proven' });
    vi.advanceTimersByTime(30_001);
    await expect(verify(await sign({}, second))).resolves.toBeDefined();
    for (let count = 0; count < 20; count++)
      await expect(verify(await sign({}, stranger))).rejects.toMatchObject({ code: 'not_proven' });
    expect(authority.fetches).toBe(2);
  });

  it('that are known serve on while others are not to be had', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { authority, verify } = await opened();
    await verify(await sign());
    authority.status = 500;
    vi.advanceTimersByTime(31_000);
    for (let count = 0; count < 5; count++) {
      await expect(verify(await sign({}, stranger))).rejects.toMatchObject({ code: 'unavailable' });
      await expect(verify(await sign())).resolves.toBeDefined();
    }
    expect(authority.fetches).toBe(2);
  });

  it('are not fetched in a row where that fails in the background', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { authority, verify } = await opened();
    await verify(await sign());
    authority.status = 500;
    vi.advanceTimersByTime(60 * 60_000);
    for (let count = 0; count < 20; count++) await verify(await sign());
    await vi.waitFor(() => expect(authority.fetches).toBe(2));
    vi.advanceTimersByTime(30_000);
    await verify(await sign());
    await vi.waitFor(() => expect(authority.fetches).toBe(3));
  });

  it('are fetched anew every hour, and serve for a day where that fails', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { authority, verify } = await opened();
    await verify(await sign());
    vi.advanceTimersByTime(60 * 60_000);
    await verify(await sign());
    await vi.waitFor(() => expect(authority.fetches).toBe(2));
    authority.status = 500;
    for (let hour = 0; hour < 22; hour++) {
      vi.advanceTimersByTime(60 * 60_000);
      await expect(verify(await sign())).resolves.toBeDefined();
    }
    vi.advanceTimersByTime(3 * 60 * 60_000);
    await expect(verify(await sign())).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('that are not to be had say nothing about a token', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { authority, verify } = await opened();
    const token = await sign();
    authority.status = 500;
    await expect(verify(token)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    authority.status = 200;
    vi.advanceTimersByTime(1000);
    await expect(verify(token)).resolves.toBeDefined();
    const gone = tokenVerifier({ audience, tenantId, authority: 'http://127.0.0.1:1' });
    await expect(gone(token)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
