import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A loopback address for each VM, so that its calls can be told from the others'. Linux and Windows have all of 127.0.0.0/8;
 * where the system has only 127.0.0.1 (macOS, unless aliases are set up) the VMs share it: an empty list.
 */
export async function loopbackAddresses(count: number): Promise<string[]> {
  const addresses = Array.from(
    { length: count },
    (_, index) => `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`,
  );
  const last = addresses.at(-1);
  return last !== undefined && (await isOurs(last)) ? addresses : [];
}

async function isOurs(address: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(0, address);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
