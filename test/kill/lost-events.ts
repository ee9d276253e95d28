import { readFileSync } from 'node:fs';
import { ownCredential } from '../../src/azure/credential.ts';
import { blobService } from '../../src/azure/services.ts';
import type { Box } from '../../src/local/box.ts';
import { openReceipts } from '../../src/local/host/receipts.ts';
import type { Dice } from '../sim/dice.ts';

const lostShare = 0.3;

/**
 * Loses some of the events that a host had taken when it was killed: to the host that comes after it, these blobs have been dealt
 * with. Returns how many.
 */
export async function loseEvents({ azurite, connection, folder }: Box, dice: Dice): Promise<number> {
  const ca = readFileSync(folder.certFile, 'utf8');
  const hosts = blobService(azurite.blobUrl, ownCredential(), { ca }).getContainerClient(
    'azure-webjobs-hosts',
  );
  const receipts = openReceipts(hosts, 'funcBlobDataProcessing', connection.data.containerName);
  await receipts.load();
  let lost = 0;
  for await (const blob of connection.data.listBlobsFlat()) {
    if (receipts.has(blob) || !dice.chance(lostShare)) continue;
    await receipts.write(blob);
    lost += 1;
  }
  return lost;
}
