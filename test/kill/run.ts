import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Box, openBox } from '../../src/local/box.ts';
import { type Row, readRows } from '../../src/local/rows.ts';
import type { Evidence, Problem } from './check.ts';
import { crashesIn } from './crashes.ts';
import { type Faults, makeFaults } from './faults.ts';
import { doHarm } from './harm.ts';
import { makeNetwork, type Network } from './network.ts';
import { processesOf } from './processes.ts';
import { comeToRest } from './rest.ts';
import { noteDeaths, reportProgress } from './watch.ts';

export interface RunOptions {
  /** Where the world lives: a fresh folder, which is left as it then is. */
  folder: string;
  files: number;
  vms: number;
  seed: number;
  /** How long harm is done. */
  chaosMs: number;
  /** How long after that the world may take to come to rest. */
  drainMsMax: number;
  /** Whether it is waited for the last message to be removed, too. */
  isPatient: boolean;
  /** Gets a line now and then. */
  report(line: string): void;
}

/** What a run came to. */
export interface RunOutcome {
  problems: Problem[];
  evidence: Evidence;
  /** The rows of `tbllog`, where something is wrong. */
  logRows: Row[];
  strikes: ReadonlyMap<string, number>;
  faults: ReadonlyMap<string, number>;
  elapsedMs: number;
  /** From the end of all harm to rest. */
  drainMs: number;
}

/** The guest program copies its input, which tells it how long to take. */
const copy = fileURLToPath(new URL('../../test/e2e/copy.mjs', import.meta.url));

/** The limits are there for bad guest programs; here all are good, so that no file may fail. */
const settings = {
  FAILED_RUNS_MAX: '100',
  UNREPORTED_MAX: '1000',
  BACKOFF_SECONDS_MAX: '2',
  // Every second would be most of the storage's work.
  WATCH_SCHEDULE: '*/2 * * * * *',
};

/**
 * Opens a world, has files pass through it while its processes are killed and its network fails, then leaves it in peace
 * and judges what it has come to.
 */
export async function runKill(options: RunOptions): Promise<RunOutcome> {
  const startedAt = performance.now();
  const faults = makeFaults(options.seed);
  const network = makeNetwork(faults);
  const logs = join(options.folder, 'logs');
  const strikes = new Map<string, number>();
  const count = (what: string, times = 1) => void strikes.set(what, (strikes.get(what) ?? 0) + times);
  const note = (at: number, line: string) =>
    appendFileSync(
      join(logs, 'strikes.log'),
      `${new Date(at).toISOString()} to ${new Date().toISOString()} ${line}\n`,
    );
  try {
    const judged = await live(options, { faults, network, count, note });
    const left = processesOf(options.folder).map((process) => `a process is left behind: ${process}`);
    const crashes = crashesIn(logs).map((crash) => `a program is wrong: ${crash}`);
    return {
      ...judged,
      problems: [...judged.problems, ...[...left, ...crashes].map((text) => ({ text }))],
      strikes,
      faults: faults.counts,
      elapsedMs: performance.now() - startedAt,
    };
  } finally {
    await network.close();
  }
}

/** The life of the world itself; when it resolves, the world is closed. */
async function live(
  options: RunOptions,
  parts: {
    faults: Faults;
    network: Network;
    count(what: string, times?: number): void;
    note(at: number, line: string): void;
  },
): Promise<Pick<RunOutcome, 'problems' | 'evidence' | 'logRows' | 'drainMs'>> {
  const box = await open(options, parts.network);
  const ended = new AbortController();
  const deaths: Problem[] = [];
  const watching = [reportProgress(box, options.report, ended.signal), noteDeaths(box, deaths, ended.signal)];
  try {
    const versions = await doHarm({ ...options, ...parts, box });
    const calmAt = performance.now();
    const { evidence, problems } = await comeToRest(box, versions, options);
    const drainMs = performance.now() - calmAt;
    const logRows = problems.length > 0 ? await readRows(box.connection.tbllog) : [];
    return { evidence, problems: [...deaths, ...problems], logRows, drainMs };
  } finally {
    ended.abort();
    await Promise.all(watching);
    await box.close();
  }
}

async function open({ folder, vms, seed }: RunOptions, { between }: Network): Promise<Box> {
  const program = `"${process.execPath}" "${copy}" {input} {output}`;
  const ours = { folder, vms, seed, program, settings, between };
  const box = await openBox(
    { ...ours, files: 0, bootSeconds: 1, callerCheck: 'identity', keep: false, host: 'local', port: 0 },
    () => {},
  );
  if (!box) throw new Error('nobody interrupted it');
  return box;
}
