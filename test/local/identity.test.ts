import { ManagedIdentityCredential } from '@azure/identity';
import { compactVerify, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IdentityEndpoint, startIdentityEndpoint } from '../../src/local/identity.ts';

const tenantId = '11111111-2222-3333-4444-555555555555';
const app = { principalId: 'app-principal', clientId: 'app-client' };
const before = { ...process.env };
let endpoint: IdentityEndpoint;
let header: string;

beforeAll(async () => {
  endpoint = await startIdentityEndpoint({ tenantId });
  header = endpoint.enroll(app);
});

afterAll(async () => {
  process.env = before;
  await endpoint.close();
});

/** Asks as App Service's clients do; `query` and `secret` may be wrong. */
async function ask(
  query: Record<string, string>,
  secret = header,
): Promise<{ status: number; body: object }> {
  const url = `${endpoint.url}?${new URLSearchParams(query)}`;
  const response = await fetch(url, { headers: { 'X-IDENTITY-HEADER': secret } });
  return { status: response.status, body: (await response.json()) as object };
}

/** The keys, as whoever verifies a token fetches them. */
function published() {
  return createRemoteJWKSet(new URL(`${endpoint.authority}/${tenantId}/discovery/v2.0/keys`));
}

const good = { resource: 'https://storage.azure.com', 'api-version': '2019-08-01' };

describe('the identity endpoint', () => {
  it('gives the real credential a token that its published keys verify', async () => {
    process.env.IDENTITY_ENDPOINT = endpoint.url;
    process.env.IDENTITY_HEADER = header;
    const { token, expiresOnTimestamp } = await new ManagedIdentityCredential().getToken(
      'https://storage.azure.com/.default',
    );
    expect(endpoint.issuer).toBe(`https://sts.windows.net/${tenantId}/`);
    const { payload, protectedHeader } = await jwtVerify(token, published(), {
      issuer: endpoint.issuer,
      audience: 'https://storage.azure.com',
    });
    expect(payload).toMatchObject({ oid: 'app-principal', appid: 'app-client', tid: tenantId, ver: '1.0' });
    expect(payload).not.toHaveProperty('xms_mirid');
    // The library counts from the second in which it asked.
    expect(Math.abs((payload.exp ?? 0) - expiresOnTimestamp / 1000)).toBeLessThan(60);
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: endpoint.jwks().keys[0]?.kid });
  });

  it('answers as App Service does, for the resource as it was asked for', async () => {
    const resource = 'https://storage.azure.com/';
    const { status, body } = await ask({ ...good, resource });
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.any(String),
      expires_on: expect.stringMatching(/^\d{10}$/),
      resource,
      token_type: 'Bearer',
      client_id: 'app-client',
    });
    expect(decodeJwt(Reflect.get(body, 'access_token')).aud).toBe(resource);
  });

  it('tells identities apart by their headers, and names the resource of a VM', async () => {
    const resourceId = '/subscriptions/s/resourcegroups/g/providers/Microsoft.Compute/virtualMachines/vm01';
    const secret = endpoint.enroll({ principalId: 'vm-principal', clientId: 'vm-client', resourceId });
    expect(secret).not.toBe(header);
    const { body } = await ask(good, secret);
    const claims = decodeJwt(Reflect.get(body, 'access_token'));
    expect(claims).toMatchObject({ oid: 'vm-principal', appid: 'vm-client', xms_mirid: resourceId });
  });

  it('gives every token an id of its own', async () => {
    const replies = await Promise.all([ask(good), ask(good)]);
    const ids = replies.map(({ body }) => decodeJwt(Reflect.get(body, 'access_token')).uti);
    expect(new Set(ids).size).toBe(2);
  });

  it.each([
    ['an unknown header', good, 'wrong', 401],
    ['another api-version', { ...good, 'api-version': '2017-09-01' }, undefined, 400],
    ['no resource', { 'api-version': '2019-08-01' }, undefined, 400],
    ['the client id of another identity', { ...good, client_id: 'somebody' }, undefined, 400],
  ])('refuses %s', async (_what, query, secret, status) => {
    const reply = await ask(query, secret);
    expect(reply.status).toBe(status);
    expect(reply.body).toEqual({ statusCode: status, message: expect.any(String) });
  });

  it('serves its own client id', async () => {
    expect((await ask({ ...good, client_id: 'APP-CLIENT' })).status).toBe(200);
  });

  it('asks anew who an identity is, where it is told how', async () => {
    let principalId = 'first';
    const secret = endpoint.enroll(() => ({ principalId, clientId: 'c' }));
    const oid = async () => decodeJwt(Reflect.get((await ask(good, secret)).body, 'access_token')).oid;
    expect(await oid()).toBe('first');
    principalId = 'second';
    expect(await oid()).toBe('second');
  });
});

describe('the authority', () => {
  const audience = 'api://somebody';

  it('signs tokens of both versions', async () => {
    const issuer2 = `${endpoint.authority}/${tenantId}/v2.0`;
    const first = await jwtVerify(endpoint.token(app, audience), published(), {
      issuer: endpoint.issuer,
      audience,
    });
    const second = await jwtVerify(endpoint.token(app, audience, '2.0'), published(), {
      issuer: issuer2,
      audience,
    });
    expect(first.payload).toMatchObject({ ver: '1.0', appid: 'app-client', oid: 'app-principal' });
    expect(second.payload).toMatchObject({
      ver: '2.0',
      azp: 'app-client',
      oid: 'app-principal',
      tid: tenantId,
    });
    expect(second.payload).not.toHaveProperty('appid');
  });

  it('signs with a new key after a rotation, and publishes the one before on', async () => {
    const before = endpoint.token(app, audience);
    await endpoint.rotate();
    const after = endpoint.token(app, audience);
    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid);
    const fetched = endpoint.keyFetches();
    const keys = published();
    for (const token of [before, after]) await jwtVerify(token, keys, { audience });
    expect(endpoint.keyFetches()).toBe(fetched + 1);
  });

  it('signs whatever it is told to', async () => {
    const token = endpoint.forge({ anything: ['goes'], exp: 'never' }, { typ: undefined, crit: ['x'] });
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', kid: expect.any(String), crit: ['x'] });
    expect(decodeJwt(token)).toEqual({ anything: ['goes'], exp: 'never' });
    await compactVerify(endpoint.forge({ anything: 'goes' }), published());
  });

  it('publishes no private part of a key', async () => {
    const response = await fetch(`${endpoint.authority}/${tenantId}/discovery/v2.0/keys`);
    const { keys } = (await response.json()) as { keys: object[] };
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    expect((await fetch(`${endpoint.authority}/other/discovery/v2.0/keys`)).status).toBe(404);
  });
});
