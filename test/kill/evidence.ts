import { jobOf } from '../../src/azure/job-row.ts';
import { azureJobs } from '../../src/azure/jobs.ts';
import { azurePool } from '../../src/azure/pool.ts';
import type { Box } from '../../src/local/box.ts';
import { readRows } from '../../src/local/rows.ts';
import type { Evidence } from './check.ts';
import type { Version } from './uploads.ts';

/** Reads what is to be judged, past the network that fails. */
export async function readEvidence(
  box: Box,
  versions: readonly Version[],
  now = Date.now(),
): Promise<Evidence> {
  const { connection, arm } = box;
  const jobs = azureJobs(connection);
  const [jobRows, resultRows, inData, pool, contents, waiting, resting] = await Promise.all([
    readRows(connection.tbljob, ['job']),
    readRows(connection.tblresults, ['result']),
    namesIn(connection.data),
    azurePool(connection).list(),
    readContents(box),
    jobs.listed('waiting'),
    jobs.listed('resting'),
  ]);
  const queue = connection.queueprocessing;
  const poison = connection.queues.getQueueClient(`${queue.name}-poison`);
  const [messages, poisoned] = await Promise.all([peek(queue), peek(poison)]);
  return {
    versions,
    jobs: jobRows.map(jobOf),
    results: resultRows.map((row) => ({
      jobId: String(row.rowKey),
      fileName: String(row.FileName),
      resultName: String(row.ResultName),
    })),
    contents,
    listed: new Set(
      [...pool.flatMap(({ files }) => files), ...waiting, ...resting].map(({ jobId }) => jobId),
    ),
    waiting: waiting.map(({ jobId }) => jobId),
    inData,
    vms: pool.map(({ name, state, files }) => ({
      name,
      state,
      listed: files.length,
      power: arm.power(name),
    })),
    messages: messages.map(({ text, insertedAt }) => ({ text, ageMs: now - insertedAt })),
    poison: poisoned.map(({ text }) => text),
  };
}

async function namesIn(container: Box['connection']['data']): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of container.listBlobsFlat()) names.push(name);
  return names;
}

async function readContents({ connection }: Box): Promise<Map<string, string>> {
  const { results } = connection;
  const contents = new Map<string, string>();
  for (const name of await namesIn(results))
    contents.set(name, (await results.getBlobClient(name).downloadToBuffer()).toString());
  return contents;
}

/** What can be seen of a queue; nothing of one that is not there. */
async function peek(
  queue: Box['connection']['queueprocessing'],
): Promise<{ text: string; insertedAt: number }[]> {
  if (!(await queue.exists())) return [];
  const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
  return peekedMessageItems.map(({ messageText, insertedOn }) => ({
    text: Buffer.from(messageText, 'base64').toString(),
    insertedAt: insertedOn.getTime(),
  }));
}
