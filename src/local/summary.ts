import { createWriteStream } from 'node:fs';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Storage } from '../azure/storage.ts';
import type { Row } from './rows.ts';
import type { Snapshot } from './snapshot.ts';

/** Figures of a run that no table has. */
export interface Figures {
  files: number;
  elapsedMs: number;
  vmStarts: number;
  vmOnMs: number;
  storageOperations: number;
  resultsFolder: string;
}

/** The summary of a run, fit to be pasted into a ticket. */
export function summarize({ results, resting }: Snapshot, figures: Figures): string {
  const busyMs = results.reduce((sum, row) => sum + Number(row.DurationMs ?? 0), 0);
  const perFile = figures.storageOperations / Math.max(1, results.length);
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  return [
    ['files in', figures.files],
    ['results out', results.length],
    ['failed', resting],
    ['elapsed', `${seconds(figures.elapsedMs)} s`],
    ['VM starts', figures.vmStarts],
    ['VMs on', `${seconds(figures.vmOnMs)} s`],
    ['of that busy', `${seconds(busyMs)} s`],
    ['storage operations', `${figures.storageOperations} (${perFile.toFixed(0)} for each result)`],
    ['results lie in', figures.resultsFolder],
  ]
    .map(([name, value]) => `  ${String(name).padEnd(20)}${value}`)
    .join('\n');
}

/**
 * Copies result files into a folder, under names that people know: that of the file from outside, and the action. Each result is
 * copied once, however often its row is given.
 */
export function makeCopier(connection: Storage, folder: string): (results: readonly Row[]) => Promise<void> {
  const copied = new Set<string>();
  const taken = new Set<string>();
  return async (results) => {
    const byJob = new Map(results.map((row) => [String(row.rowKey), row]));
    for (const row of results) {
      const resultName = String(row.ResultName ?? '');
      if (!resultName || copied.has(resultName)) continue;
      const name = unlike(taken, readableName(row, resultName, byJob));
      const { readableStreamBody } = await connection.results.getBlobClient(resultName).download();
      if (readableStreamBody) await pipeline(readableStreamBody, createWriteStream(join(folder, name)));
      copied.add(resultName);
    }
  };
}

/** The name, with a number where it is taken. */
function unlike(taken: Set<string>, name: string): string {
  const extension = extname(name);
  let free = name;
  for (let again = 2; taken.has(free); again++)
    free = `${name.slice(0, name.length - extension.length)}-${again}${extension}`;
  taken.add(free);
  return free;
}

/** `{origin}.{action}{extension}`; a result without an extension of its own has that of the file. */
function readableName(row: Row, resultName: string, byJob: ReadonlyMap<string, Row>): string {
  const extension = extname(resultName.replace(/\.\d+/, '')) || extname(String(row.FileName));
  return `${originOf(row, byJob)
    .replace(/[^\w.-]+/g, '_')
    .slice(0, 100)}.${row.Action}${extension}`;
}

/** The name of the file from outside that a result came from: a later step's file is named after its parent's job. */
function originOf(row: Row, byJob: ReadonlyMap<string, Row>): string {
  const fileName = String(row.FileName);
  const parent = byJob.get(fileName.split('.')[0] ?? '');
  return parent ? originOf(parent, byJob) : fileName.slice(0, fileName.length - extname(fileName).length);
}
