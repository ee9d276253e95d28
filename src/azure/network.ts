import type { NetworkInterface, NetworkManagementClient } from '@azure/arm-network';
import { canonicalAddress } from '../core/address.ts';
import { comparable, parseResourceId } from './resource-id.ts';

/**
 * Every private and public address of the VMs of the whole subscription, by the VM's place, from two paged Lists: one Get for
 * each interface would be throttled. Throws what the client throws.
 */
export async function listAddresses(network: NetworkManagementClient): Promise<Map<string, string[]>> {
  const [interfaces, publicAddresses] = await Promise.all([
    allOf(network.networkInterfaces.listAll()),
    allOf(network.publicIPAddresses.listAll()),
  ]);
  const publicById = new Map(publicAddresses.map(({ id, ipAddress }) => [keyOf(id), ipAddress]));
  const found = new Map<string, string[]>();
  for (const item of interfaces) {
    const place = parseResourceId(item.virtualMachine?.id ?? '');
    if (!place) continue;
    const key = comparable(place);
    found.set(key, [...(found.get(key) ?? []), ...addressesOf(item, publicById)]);
  }
  return found;
}

/** A public address that a deallocated VM has given back is none. */
function addressesOf(
  { ipConfigurations = [] }: NetworkInterface,
  publicById: ReadonlyMap<string, string | undefined>,
): string[] {
  return ipConfigurations
    .flatMap(({ privateIPAddress, publicIPAddress }) => [
      privateIPAddress,
      publicIPAddress?.id && publicById.get(keyOf(publicIPAddress.id)),
    ])
    .flatMap((address) => canonicalAddress(address ?? '') ?? []);
}

/** ARM does not keep the case of its ids. */
function keyOf(id = ''): string {
  return id.toLowerCase();
}

async function allOf<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of pages) all.push(item);
  return all;
}
