import { performance } from 'node:perf_hooks';
import { columnsOf as indexColumnsOf } from '../../src/azure/index-row.ts';
import { columnsOf as jobColumnsOf } from '../../src/azure/job-row.ts';
import { resultColumnsOf } from '../../src/azure/result-row.ts';
import { columnsOf as vmColumnsOf } from '../../src/azure/vm-row.ts';
import { inParallel } from '../../src/core/in-parallel.ts';
import { entryOf } from '../../src/core/index-entry.ts';
import type { Job } from '../../src/core/job.ts';
import { type OpenedAzure, openAzure } from '../contract/azure.ts';
import { sampleJob, sampleVm } from '../core/samples.ts';

/** Rows of one partition that a transaction takes (Table service, entity group transactions). */
const rowsPerTransaction = 100;
const uploadsAtOnce = 32;

/** A pool in which every VM works on a file, and all other files wait. */
export interface BusyTown extends OpenedAzure {
  /** Adds work that is over: a job row and a result row each. */
  finish(count: number): Promise<void>;
  /** Says when every VM's agent has spoken last. */
  hear(at: number): Promise<void>;
}

/** Opens Azurite and the emulated ARM with so many VMs, all on and at work, and so many open files. */
export async function openBusyTown(vms: number, files: number): Promise<BusyTown> {
  const azure = await openAzure();
  const { tbljob, tblresults, tblvm, data } = azure.connection;
  const now = Date.now();
  const names = Array.from({ length: vms }, (_, index) => `vm-${String(index + 1).padStart(4, '0')}`);
  for (const name of names) azure.box.arm.add(name);
  await inParallel(names, 50, (name) => azure.world.machines.start(sampleVm({ name })));

  const jobs: Job[] = [];
  await inParallel([...Array(files).keys()], uploadsAtOnce, async (index) => {
    const fileName = `file-${index}.json`;
    const { etag = '' } = await data.getBlockBlobClient(fileName).upload('{}', 2);
    const vmName = names[index];
    const place: Partial<Job> = vmName
      ? { state: 'processing', vmName, leaseUntil: now + 3_600_000, begunAt: now }
      : { state: 'received' };
    jobs.push(sampleJob({ fileName, etag: etag.replaceAll('"', ''), insertedAt: now, ...place }));
  });
  await insert(tbljob, jobs.map(jobColumnsOf));
  const waiting = jobs.filter(({ state }) => state === 'received');
  await insert(
    tbljob,
    waiting.map((job) => indexColumnsOf(entryOf('waiting', job), job.fileName)),
  );
  const rows = jobs
    .filter(({ vmName }) => vmName !== '')
    .map(({ id, vmName }) =>
      sampleVm({
        name: vmName,
        state: 'running',
        stateAt: now,
        files: [{ jobId: id, attempt: 1, at: now }],
      }),
    );
  await insert(tblvm, rows.map(vmColumnsOf));

  let finished = 0;
  return {
    ...azure,
    async finish(count) {
      const done = Array.from({ length: count }, () =>
        sampleJob({ fileName: `done-${finished++}`, state: 'completed', completedAt: now }),
      );
      await insert(tbljob, done.map(jobColumnsOf));
      await insert(tblresults, done.map(resultColumnsOf));
    },
    hear: (at) =>
      inParallel(names, uploadsAtOnce, (name) => azure.world.pool.hear(name, { at, namesJobs: true })),
  };
}

async function insert(
  table: OpenedAzure['connection']['tbljob'],
  rows: { partitionKey: string; rowKey: string }[],
) {
  const batches: (typeof rows)[] = [];
  for (let first = 0; first < rows.length; first += rowsPerTransaction)
    batches.push(rows.slice(first, first + rowsPerTransaction));
  await inParallel(batches, 4, async (batch) => {
    await table.submitTransaction(batch.map((row) => ['upsert', row, 'Replace']));
  });
}

/** The median time of some runs (ms), after one that does not count. */
export async function medianMs(runs: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  await work();
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? 0;
}
