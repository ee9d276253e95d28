import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { putFile } from '../../src/azure/put.ts';
import { type Box, openBox } from '../../src/local/box.ts';
import type { BoxOptions } from '../../src/local/options.ts';
import { type Row, readRows } from '../../src/local/rows.ts';

/** The world in a box, as `npm start` opens it, in a folder of its own. One per test file: see `actAs`. */
export interface TestWorld extends Box {
  /** Puts a file into `data`, over what may be there. */
  put(fileName: string, content: string | Readable, metadata?: Record<string, string>): Promise<void>;
  /** Names of the blobs in `data`. */
  inData(): Promise<string[]>;
  /** The content of a result file. */
  result(name: string): Promise<string>;
  results(): Promise<Row[]>;
  jobs(): Promise<Row[]>;
  log(): Promise<Row[]>;
  /** Every VM is off, by its row and in truth. */
  isAsleep(): Promise<boolean>;
}

export async function openTestWorld(options: Partial<BoxOptions>): Promise<TestWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'rouse-world-'));
  const defaults = {
    vms: 3,
    files: 0,
    bootSeconds: 1,
    callerCheck: 'identity',
    seed: 1,
    keep: false,
    host: 'local',
    port: 0,
  } as const;
  const box = await openBox({ ...defaults, folder, ...options }, () => {});
  if (!box) throw new Error('nobody interrupted it');
  const { connection } = box;
  const test: TestWorld = {
    ...box,
    async put(fileName, content, metadata = {}) {
      const body = typeof content === 'string' ? Readable.from([Buffer.from(content)]) : content;
      await putFile(connection, { fileName, body, metadata, ifAbsent: false });
    },
    async inData() {
      const names: string[] = [];
      for await (const { name } of connection.data.listBlobsFlat()) names.push(name);
      return names;
    },
    async result(name) {
      return (await connection.results.getBlobClient(name).downloadToBuffer()).toString('utf8');
    },
    results: () => readRows(connection.tblresults, ['result']),
    jobs: () => readRows(connection.tbljob, ['job']),
    log: () => readRows(connection.tbllog),
    async isAsleep() {
      const rows = await readRows(connection.tblvm, ['vmlist']);
      return rows.every(
        ({ rowKey, state }) =>
          (state ?? 'deallocated') === 'deallocated' && box.arm.power(String(rowKey)) === 'deallocated',
      );
    },
    async close() {
      await box.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return test;
}

/** Waits until something holds, and fails with what it is about when it does not in time. */
export async function until(what: string, holds: () => Promise<boolean>, msMax = 60_000): Promise<void> {
  const deadline = Date.now() + msMax;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
