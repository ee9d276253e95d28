import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { JSONWebKeySet } from 'jose';
import { closeServer, listen } from './listen.ts';
import { type Reply, serve } from './reply.ts';
import { type Identity, makeSigner, type Signer } from './token.ts';

/** The identity endpoint of App Service, for as many identities as are enrolled. */
export interface IdentityEndpoint {
  /** The value of `IDENTITY_ENDPOINT`. */
  url: string;
  tenantId: string;
  /** What the tokens name as their issuer. */
  issuer: string;
  /** Where OpenID discovery tells the issuer and its keys. */
  discoveryUrl: string;
  /** Admits an identity; returns the value of `IDENTITY_HEADER` that selects it. */
  enroll(identity: Identity): string;
  /** The public keys that the tokens are signed with. */
  jwks(): JSONWebKeySet;
  close(): Promise<void>;
}

const tokenPath = '/msi/token';
const discoveryPath = '/.well-known/openid-configuration';
const keysPath = '/discovery/keys';

/**
 * Starts an identity endpoint on a free port of 127.0.0.1. Its protocol is App Service's
 * (https://learn.microsoft.com/azure/app-service/overview-managed-identity, "REST endpoint reference"); the tokens are
 * those that Azurite's `--oauth basic` and the emulated ARM take.
 */
export async function startIdentityEndpoint(options: { tenantId: string }): Promise<IdentityEndpoint> {
  const signer = await makeSigner(options.tenantId);
  const identities = new Map<string, Identity>();
  const server = createServer();
  const origin = `http://127.0.0.1:${await listen(server)}`;
  serve(server, (request) => answer(request, origin, signer, identities));
  return {
    url: origin + tokenPath,
    tenantId: options.tenantId,
    issuer: signer.issuer,
    discoveryUrl: origin + discoveryPath,
    enroll(identity) {
      const secret = randomBytes(32).toString('hex');
      identities.set(secret, identity);
      return secret;
    },
    jwks: () => signer.jwks,
    close: () => closeServer(server),
  };
}

async function answer(
  request: IncomingMessage,
  origin: string,
  signer: Signer,
  identities: ReadonlyMap<string, Identity>,
): Promise<Reply> {
  const url = new URL(request.url ?? '/', origin);
  if (request.method !== 'GET') return refuse(405, 'Only GET is served here.');
  if (url.pathname === discoveryPath) {
    return { status: 200, body: { issuer: signer.issuer, jwks_uri: origin + keysPath } };
  }
  if (url.pathname === keysPath) return { status: 200, body: signer.jwks };
  if (url.pathname !== tokenPath) return refuse(404, 'No such path.');
  const identity = identities.get(String(request.headers['x-identity-header']));
  return identity ? issue(url.searchParams, identity, signer) : refuse(401, 'Unknown X-IDENTITY-HEADER.');
}

async function issue(query: URLSearchParams, identity: Identity, signer: Signer): Promise<Reply> {
  if (query.get('api-version') !== '2019-08-01') return refuse(400, 'Unknown api-version.');
  const resource = query.get('resource');
  if (!resource) return refuse(400, 'The query parameter resource is required.');
  if (!isMeant(query, identity))
    return refuse(400, 'No managed identity found for the id that was asked for.');
  const { token, expiresOn } = await signer.sign(identity, resource);
  return {
    status: 200,
    body: {
      access_token: token,
      expires_on: String(expiresOn),
      resource,
      token_type: 'Bearer',
      client_id: identity.clientId,
    },
  };
}

/** Whether a request that names a user-assigned identity names this one. `object_id` is what the SDK sends. */
function isMeant(query: URLSearchParams, identity: Identity): boolean {
  const ids = {
    client_id: identity.clientId,
    principal_id: identity.principalId,
    object_id: identity.principalId,
    mi_res_id: identity.resourceId,
  };
  return Object.entries(ids).every(([name, id]) => {
    const asked = query.get(name);
    return asked === null || asked.toLowerCase() === id?.toLowerCase();
  });
}

function refuse(status: number, message: string): Reply {
  return { status, body: { statusCode: status, message } };
}
