import { type BlobItem, type ContainerClient, RestError } from '@azure/storage-blob';

/** Which versions of which blobs a function has dealt with, kept in storage so that a restart does not begin again. */
export interface Receipts {
  /** Reads what is there. */
  load(): Promise<void>;
  has(blob: BlobItem): boolean;
  write(blob: BlobItem): Promise<void>;
  /** Forgets, in memory, all versions but these: an ETag never comes back. */
  keep(blobs: ReadonlySet<string>): void;
  /** What names a version of a blob. */
  keyOf(blob: BlobItem): string;
}

const hostId = 'rouse-local';

/**
 * The receipts of one function for one container, named as the real host names them: ETag first, for a blob's name may hold
 * slashes (`BlobReceiptManager.cs` of azure-sdk-for-net). Azurite takes such a name however long it is. Azure ends at 1,024
 * characters, so there a scanning host never triggers for a name that comes near that.
 *
 * @param hosts the container `azure-webjobs-hosts`
 */
export function openReceipts(hosts: ContainerClient, functionName: string, containerName: string): Receipts {
  const prefix = `blobreceipts/${hostId}/Host.Functions.${functionName}/`;
  let known = new Set<string>();
  const keyOf = ({ name, properties }: BlobItem) => `${prefix}"${properties.etag}"/${containerName}/${name}`;

  return {
    keyOf,
    async load() {
      await hosts.createIfNotExists();
      for await (const receipt of hosts.listBlobsFlat({ prefix })) known.add(receipt.name);
    },
    has: (blob) => known.has(keyOf(blob)),
    async write(blob) {
      const key = keyOf(blob);
      await upload(hosts, key);
      known.add(key);
    },
    keep(keys) {
      known = new Set([...known].filter((key) => keys.has(key)));
    },
  };
}

async function upload(hosts: ContainerClient, key: string): Promise<void> {
  const client = hosts.getBlockBlobClient(key);
  const receipt = { metadata: { Completed: 'True' } };
  try {
    await client.upload('', 0, receipt);
  } catch (error) {
    if (!(error instanceof RestError && error.statusCode === 404)) throw error;
    // The container was deleted while the host ran.
    await hosts.createIfNotExists();
    await client.upload('', 0, receipt);
  }
}
