import { announce } from './announce.ts';
import { choose } from './choose.ts';
import { moved } from './decide.ts';
import { type Job, jobIdOf } from './job.ts';
import { list } from './list.ts';
import { type Tags, tagsOf } from './metadata.ts';
import { mustRead } from './must-read.ts';
import { isOriginMade } from './origin.ts';
import { refusal } from './refuse.ts';
import { versionFacts } from './versions.ts';
import type { FileFacts, World } from './world.ts';

/** What became of a file that was looked at. */
export type Assigned = { outcome: 'gone' | 'repeat' } | { outcome: 'listed'; job: Job };

/**
 * Assigns a file: chooses a VM for it, or lets it wait, and lists it there. Every delivery of one version of a file is
 * one job, so that repeating this is always safe; where the job exists already, it is carried on from what it says.
 */
export async function assign(fileName: string, world: World): Promise<Assigned> {
  // The event may be old: which version there is to work on, only the blob itself says.
  const file = await world.files.head(fileName);
  if (!file) return { outcome: 'gone' };
  const jobId = jobIdOf(file.fileName, file.etag);
  const versions = await world.jobs.versions(jobId);
  const known = versions.find((version) => version.id === jobId);
  if (known) return { outcome: 'listed', job: await list(known, world) };

  const tags = tagsOf(file, world.rules);
  if (isOriginMade(file) && versions.some((version) => version.state === 'completed')) {
    await deleteRepeat(file, jobId, world);
    return { outcome: 'repeat' };
  }
  if (tags.rootJobId) await world.jobs.join(tags.rootJobId, jobId);
  const first = await firstJob(file, tags, versions, world);
  const inserted = await world.jobs.insert(first);
  const current = inserted ?? (await mustRead(jobId, world));
  const listed = await list(current, world);
  // Inserted by this very call also where only the answer to that was lost.
  if (current.insertedAt === first.insertedAt) await announce(listed, 'Vmselector', world);
  return { outcome: 'listed', job: listed };
}

/** An origin's item that came again after its result was recorded (the collector or an agent forgot that it had sent it). */
async function deleteRepeat(file: FileFacts, jobId: string, world: World): Promise<void> {
  const { fileName } = file;
  await world.files.remove(fileName, file.etag);
  const message = `${fileName} came again after its result was recorded: deleted`;
  await world.log({
    writer: 'Vmselector',
    level: 'info',
    event: 'repeat',
    message,
    fileName,
    jobId,
    at: world.now(),
  });
}

/** The job of a file that has none yet, with its first move: to a VM, to waiting, or refused. */
async function firstJob(file: FileFacts, tags: Tags, versions: readonly Job[], world: World): Promise<Job> {
  const now = world.now();
  const blank = blankJob(file, tags, now);
  const refused = refusal(file, tags.hop, world.rules);
  if (refused) return moved(blank, 'failed', { cause: 'refused', error: refused }, now, 'none');

  const facts = await versionFacts(blank.id, versions, world);
  const { vm, why, hopeless } = choose(await world.pool.list(), blank, facts, world);
  if (hopeless) await alertNobody(blank, why, world);
  return vm
    ? moved(blank, 'assigned', { vmName: vm.name, cause: why }, now, 'none')
    : moved(blank, 'received', { cause: why }, now, 'none');
}

/** Waiting will not end by itself: somebody must change the pool or the file. */
async function alertNobody(job: Job, why: string, world: World): Promise<void> {
  await world.log({
    writer: 'Vmselector',
    level: 'error',
    event: 'no-vm-for-action',
    message: `${job.fileName} waits for a VM that does not exist: ${why}; add one, or its action to a VM's row`,
    fileName: job.fileName,
    jobId: job.id,
    at: world.now(),
  });
}

function blankJob(file: FileFacts, tags: Tags, now: number): Job {
  const id = jobIdOf(file.fileName, file.etag);
  return {
    id,
    fileName: file.fileName,
    etag: file.etag,
    action: tags.action,
    priority: tags.priority,
    state: 'received',
    attempt: 1,
    vmName: '',
    leaseUntil: 0,
    begunAt: 0,
    notBefore: 0,
    failedRuns: 0,
    unreported: 0,
    cause: '',
    error: '',
    insertedAt: now,
    rootJobId: tags.rootJobId || id,
    hop: tags.hop,
    resultName: '',
    durationMs: 0,
    completedAt: 0,
    history: [],
    version: '',
  };
}
