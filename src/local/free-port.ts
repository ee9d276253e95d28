import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** The wanted port of 127.0.0.1 if it can be had, else a free one, for a program that cannot choose by itself. */
export async function freePort(wanted: number): Promise<number> {
  const port = (await tryPort(wanted)) ?? (await tryPort(0));
  if (port === undefined) throw new Error('no port of 127.0.0.1 is free');
  return port;
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
