import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { JSONWebKeySet } from 'jose';
import { closeServer, listen } from './listen.ts';
import { type Reply, serve } from './reply.ts';
import { type Identity, makeSigner, type Signer, type TokenVersion } from './token.ts';

/** The identity endpoint of App Service, for as many identities as are enrolled, and the authority of their tenant. */
export interface IdentityEndpoint {
  /** The value of `IDENTITY_ENDPOINT`. */
  url: string;
  tenantId: string;
  /** The origin under which the tenant publishes its keys, as `https://login.microsoftonline.com` does. */
  authority: string;
  /** What the tokens name as their issuer; they are of version 1.0. */
  issuer: string;
  /**
   * Admits an identity; returns the value of `IDENTITY_HEADER` that selects it. A function tells it anew for each token: a VM that
   * is rebuilt has another one in the same place.
   */
  enroll(identity: Identity | (() => Identity)): string;
  /** The public keys that the tokens are signed with; another object after each rotation. */
  jwks(): JSONWebKeySet;
  /** Signs with a new key from now on; the keys before stay published. */
  rotate(): Promise<void>;
  /** How often the keys were fetched. */
  keyFetches(): number;
  /** A token as the endpoint itself, or with version 2.0 the newer one of Entra, would give it. */
  token(identity: Identity, audience: string, version?: TokenVersion): string;
  /** A token with just these claims, under a header with these changes, signed with the real key and RS256 whatever they say. */
  forge(claims: object, header?: object): string;
  close(): Promise<void>;
}

const tokenPath = '/msi/token';

/**
 * Starts an identity endpoint on a free port of 127.0.0.1. Its protocol is App Service's
 * (https://learn.microsoft.com/azure/app-service/overview-managed-identity, "REST endpoint reference"); the tokens are
 * those that Azurite's `--oauth basic`, the emulated ARM and the function app take.
 */
export async function startIdentityEndpoint(options: { tenantId: string }): Promise<IdentityEndpoint> {
  const { tenantId } = options;
  const server = createServer();
  const origin = `http://127.0.0.1:${await listen(server)}`;
  const signer = await makeSigner(tenantId, origin);
  const identities = new Map<string, () => Identity>();
  const keysPath = `/${tenantId}/discovery/v2.0/keys`;
  let keyFetches = 0;

  async function answer(request: IncomingMessage): Promise<Reply> {
    const { pathname, searchParams } = new URL(request.url ?? '/', origin);
    if (request.method !== 'GET') return refuse(405, 'Only GET is served here.');
    if (pathname === keysPath) {
      keyFetches += 1;
      return { status: 200, body: signer.jwks() };
    }
    if (pathname !== tokenPath) return refuse(404, 'No such path.');
    const identity = identities.get(String(request.headers['x-identity-header']));
    return identity ? issue(searchParams, identity(), signer) : refuse(401, 'Unknown X-IDENTITY-HEADER.');
  }
  serve(server, answer);

  return {
    url: origin + tokenPath,
    tenantId,
    authority: origin,
    issuer: signer.issuer,
    enroll(identity) {
      const secret = randomBytes(32).toString('hex');
      identities.set(secret, typeof identity === 'function' ? identity : () => identity);
      return secret;
    },
    jwks: signer.jwks,
    rotate: signer.rotate,
    keyFetches: () => keyFetches,
    token: (identity, audience, version) => signer.sign(identity, audience, version).token,
    forge: signer.forge,
    close: () => closeServer(server),
  };
}

function issue(query: URLSearchParams, identity: Identity, signer: Signer): Reply {
  if (query.get('api-version') !== '2019-08-01') return refuse(400, 'Unknown api-version.');
  const resource = query.get('resource');
  if (!resource) return refuse(400, 'The query parameter resource is required.');
  if (!isMeant(query, identity))
    return refuse(400, 'No managed identity found for the id that was asked for.');
  const { token, expiresOn } = signer.sign(identity, resource);
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
