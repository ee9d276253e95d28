import { once } from 'node:events';
import { type Box, openBox } from './box.ts';
import type { BoxOptions } from './options.ts';
import { makeProgress } from './progress.ts';
import type { Snapshot } from './snapshot.ts';
import { copyResults, summarize } from './summary.ts';

const lookMs = 500;

/**
 * `npm start`: opens a world, shows how the files go through, sums up. With `once` it then ends, and true says that every file
 * has its results and every VM is deallocated; otherwise it stays up until it is interrupted.
 */
export async function start(options: BoxOptions & { once: boolean }): Promise<boolean> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => interrupted.abort());
  const startedAt = Date.now();
  const box = await openBox(options, (line) => console.log(`rouse: ${line}`));
  try {
    const done = await followUntilDone(box, startedAt, interrupted.signal);
    if (!done) return false;
    await copyResults(box.connection, done.results, box.folder.results);
    console.log(`\n${summaryOf(box, done, startedAt)}\n`);
    if (!options.once) await stayUp(box, interrupted.signal);
    return done.results.length === box.total && done.resting === 0;
  } finally {
    console.log('rouse: closing …');
    await box.close();
  }
}

/** Shows progress until all is done; undefined if interrupted first. */
async function followUntilDone(
  box: Box,
  startedAt: number,
  interrupted: AbortSignal,
): Promise<Snapshot | undefined> {
  const progress = makeProgress(box.total, startedAt);
  const hostGone = box.host.child.exited.then((how) => {
    throw new Error(`the Functions host ended (${how}); its output is in ${box.folder.logs}`);
  });
  try {
    while (!interrupted.aborted) {
      const snapshot = await Promise.race([box.observe(), hostGone]);
      progress.show(snapshot);
      if (isDone(snapshot, box)) return snapshot;
      await pause(lookMs, interrupted);
    }
    return undefined;
  } finally {
    progress.end();
  }
}

/** All collected, nothing left in `data` but what failed, and every VM off, by its row and in truth. */
function isDone({ vms, collected, inData, resting }: Snapshot, box: Box): boolean {
  return (
    collected >= box.files.length &&
    inData <= resting &&
    vms.every(({ name, state }) => state === 'deallocated' && box.arm.power(name) === 'deallocated')
  );
}

function summaryOf(box: Box, done: Snapshot, startedAt: number): string {
  const { starts, onMs } = box.arm.stats();
  return summarize(done, {
    files: box.files.length,
    elapsedMs: Date.now() - startedAt,
    vmStarts: starts,
    vmOnMs: onMs,
    storageOperations: box.storageOperations(),
    resultsFolder: box.folder.results,
  });
}

async function stayUp(box: Box, interrupted: AbortSignal): Promise<void> {
  const { endpoint } = box.host;
  console.log(
    [
      'The world stays up. From another terminal, in this folder:',
      '  npm run put -- FILE [--action A]     put a file of your own into data',
      '  npm run show -- tbllog               read a table: tbllog, tblresults, tblvm or tbljob',
      `  curl "${endpoint}/funcHttpVMStop?vmName=vm01&code=${box.functionKey}"`,
      '                                       ask to stop a VM, as a script on it would',
      'Ctrl-C ends it and leaves nothing behind.',
    ].join('\n'),
  );
  if (!interrupted.aborted) await once(interrupted, 'abort');
}

async function pause(ms: number, interrupted: AbortSignal): Promise<void> {
  if (interrupted.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(end, ms);
    interrupted.addEventListener('abort', end, { once: true });
    function end() {
      clearTimeout(timer);
      interrupted.removeEventListener('abort', end);
      resolve();
    }
  });
}
