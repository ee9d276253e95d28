import { type Box, openBox } from './box.ts';
import type { BoxOptions } from './options.ts';
import { pause } from './pause.ts';
import { makeProgress } from './progress.ts';
import type { Snapshot } from './snapshot.ts';
import { makeCopier, summarize } from './summary.ts';

const lookMs = 500;
/** With every VM off and nothing changed for so long, nothing more will come. */
const stuckMs = 30_000;

/**
 * `npm start`: opens a world, shows how the files go through, sums up. With `once` it then ends, and true says that every file
 * has its results and every VM is deallocated; otherwise it stays up until it is interrupted, or until one of its parts ends.
 */
export async function start(options: BoxOptions & { once: boolean }): Promise<boolean> {
  const interrupted = listenForInterrupts();
  const startedAt = Date.now();
  const box = await openBox(options, (line) => console.log(`rouse: ${line}`), interrupted);
  if (!box) return false;
  const broken = box.broken.then((what) => {
    throw new Error(what);
  });
  // Whoever is waiting hears of it; while the world is being closed its parts end as they should.
  broken.catch(() => {});
  try {
    const copy = makeCopier(box.connection, box.folder.results);
    const done = await Promise.race([followUntilDone(box, startedAt, interrupted), broken]);
    if (!done) return false;
    await copy(done.results);
    console.log(`\n${summaryOf(box, done, startedAt)}\n`);
    if (!options.once) await Promise.race([stayUp(box, options, copy, interrupted), broken]);
    return isComplete(done, box, options);
  } finally {
    console.log('rouse: closing …');
    await box.close();
  }
}

/** The first Ctrl-C closes the world in order, the second ends this process at once. Its children end with it. */
function listenForInterrupts(): AbortSignal {
  const interrupted = new AbortController();
  const interrupt = () => {
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  return interrupted.signal;
}

/** Shows progress until all is done, or nothing more will come; undefined if interrupted first. */
async function followUntilDone(
  box: Box,
  startedAt: number,
  interrupted: AbortSignal,
): Promise<Snapshot | undefined> {
  const progress = makeProgress(box.total, startedAt);
  let last = '';
  let changedAt = Date.now();
  try {
    while (!interrupted.aborted) {
      const lookedAt = Date.now();
      const snapshot = await box.observe();
      progress.show(snapshot);
      if (isDone(snapshot, box)) return snapshot;

      const seen = JSON.stringify({ ...snapshot, results: snapshot.results.length });
      if (seen !== last) changedAt = lookedAt;
      last = seen;
      if (isAsleep(snapshot, box) && Date.now() - changedAt > stuckMs) {
        console.log(
          `\nNothing has changed for ${stuckMs / 1000} s: ${snapshot.collected} of ${box.files.length} sources were collected; tbllog says why.`,
        );
        return snapshot;
      }
      // A large world is looked at less often: looking is not to be its main work.
      await pause(Math.max(lookMs, 4 * (Date.now() - lookedAt)), interrupted);
    }
    return undefined;
  } finally {
    progress.end();
  }
}

/** All collected, nothing left in `data` but what failed, and every VM off. */
function isDone(snapshot: Snapshot, box: Box): boolean {
  const { collected, inData, resting } = snapshot;
  return collected >= box.files.length && inData <= resting && isAsleep(snapshot, box);
}

/** Every VM is off, by its row and in truth. */
function isAsleep({ vms }: Snapshot, box: Box): boolean {
  return vms.every(({ name, state }) => state === 'deallocated' && box.arm.power(name) === 'deallocated');
}

/** Every file has its results. A kept world may have had some of them before. */
function isComplete(done: Snapshot, box: Box, { keep }: BoxOptions): boolean {
  return isDone(done, box) && done.resting === 0 && (keep || done.results.length === box.total);
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

/** Says what can be done with the world, and goes on copying results, until it is interrupted. */
async function stayUp(
  box: Box,
  options: BoxOptions,
  copy: (results: Snapshot['results']) => Promise<void>,
  interrupted: AbortSignal,
): Promise<void> {
  console.log(
    [
      'The world stays up. From another terminal, in this folder:',
      '  npm run put -- FILE [--action A]     put a file of your own into data',
      '  npm run show -- tbllog               read a table: tbllog, tblresults, tblvm or tbljob',
      '  npm run jobs -- --state failed       find jobs; npm run job -- ID [retry] shows one, does what you order',
      ...callHint(box, options),
      ...folderHint(options),
      `Results go on to ${box.folder.results}. Ctrl-C ends the world and leaves nothing running.`,
    ].join('\n'),
  );
  while (!interrupted.aborted) {
    await pause(4 * lookMs, interrupted);
    await copy((await box.observe()).results);
  }
}

/** How to call as the first VM would: from its address, or with its token. */
function callHint({ arm, host, functionKey }: Box, { callerCheck }: BoxOptions): string[] {
  const [name = ''] = Object.keys(arm.stats().vms);
  const address = arm.addressOf(name);
  const from = callerCheck === 'identity' || address === '127.0.0.1' ? '' : `--interface ${address} `;
  const token = callerCheck === 'ip' ? '' : `-H "Authorization: Bearer $(npm run -s token -- ${name})" `;
  return [
    `  curl ${from}${token}"${host.endpoint}/funcHttpVMStop?vmName=${name}&code=${functionKey}"`,
    '                                       ask to stop a VM, as a program on it would',
  ];
}

/** The commands look for a world in its usual place. */
function folderHint({ folder }: BoxOptions): string[] {
  return folder === '.rouse' ? [] : [`Each of these commands also needs  --folder ${folder}`];
}
