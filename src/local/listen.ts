import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Longer than any client here is idle: one that reuses a connection while it is being closed sees a reset. */
const keepAliveMs = 120_000;

/** Has a server listen on a free port of 127.0.0.1; returns the port. */
export async function listen(server: Server | SecureServer): Promise<number> {
  server.keepAliveTimeout = keepAliveMs;
  server.listen(0, '127.0.0.1');
  // Rejects with the server's error if that comes first.
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Closes a server and cuts what is connected to it; closed already is fine. */
export async function closeServer(server: Server | SecureServer): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
