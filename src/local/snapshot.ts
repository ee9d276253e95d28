import { azureJobs } from '../azure/jobs.ts';
import { azurePool } from '../azure/pool.ts';
import type { Storage } from '../azure/storage.ts';
import type { VmState } from '../core/moves.ts';

import { type Row, readRows } from './rows.ts';

/** The world at one moment, as its tables and blobs tell it. */
export interface Snapshot {
  vms: { name: string; state: VmState; fileName: string }[];
  /** Sources of this world that were collected at least once. */
  collected: number;
  /** Blobs in `data`. */
  inData: number;
  /** Files that failed, were cancelled or are held back: their blobs stay. */
  resting: number;
  results: Row[];
}

/** Looks at the world again and again; what a job's file is called is asked once only. */
export function makeObserver(connection: Storage, sources: ReadonlySet<string>): () => Promise<Snapshot> {
  const jobs = azureJobs(connection);
  const vmRows = azurePool(connection);
  const fileNames = new Map<string, string>();
  const fileNameOf = async (jobId: string | undefined) => {
    if (jobId === undefined) return '';
    const known = fileNames.get(jobId) ?? (await jobs.read(jobId))?.fileName ?? '';
    fileNames.set(jobId, known);
    return known;
  };
  return async () => {
    const [pool, remembered, resting, results, inData] = await Promise.all([
      vmRows.list(),
      readRows(connection.tbljob, ['source']),
      readRows(connection.tbljob, ['resting']),
      readRows(connection.tblresults, ['result']),
      countBlobs(connection),
    ]);
    const vms = await Promise.all(
      pool.map(async ({ name, state, files }) => ({
        name,
        state,
        fileName: await fileNameOf(files[0]?.jobId),
      })),
    );
    const collected = remembered.filter(({ rowKey }) => sources.has(String(rowKey))).length;
    return { vms, collected, inData, resting: resting.length, results };
  };
}

async function countBlobs(connection: Storage): Promise<number> {
  let count = 0;
  for await (const _blob of connection.data.listBlobsFlat()) count += 1;
  return count;
}
