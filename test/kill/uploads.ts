import { setTimeout as sleep } from 'node:timers/promises';
import { jobIdOf } from '../../src/core/job.ts';
import type { Box } from '../../src/local/box.ts';
import { diceOf } from '../sim/dice.ts';
import { isInWork } from './in-work.ts';
import type { Turns } from './turns.ts';

/** A file that is to be uploaded, perhaps a second time with another content. */
export interface Upload {
  fileName: string;
  content: string;
  /** When, in ms from the beginning. */
  at: number;
  second?: { content: string; after: 'work' | number };
}

/** A version that has been uploaded. */
export interface Version {
  fileName: string;
  content: string;
  jobId: string;
  /** Whether a later one took its place in `data`: perhaps before anybody saw it, perhaps after it was done. */
  isOverwritten: boolean;
}

/** How long a guest program works on a file: long enough to be killed at it. */
const workMs = { min: 300, max: 1500 };
const overwrittenShare = 0.1;
/** Of those, how many are overwritten while a guest program works on the first version; the others at a random time. */
const inWorkShare = 0.6;
const secondMsMax = 10_000;

/** So many files within so long. The contents of all versions differ, and tell the guest program how long to work. */
export function planUploads(files: number, uploadMs: number, seed: number): Upload[] {
  const dice = diceOf(seed);
  return Array.from({ length: files }, (_, index) => {
    const fileName = `file-${String(index + 1).padStart(4, '0')}.txt`;
    const contentOf = (version: string) =>
      `wait ${dice.whole(workMs.min, workMs.max)}\n${fileName}, ${version} version, seed ${seed}\n`;
    const planned = { fileName, content: contentOf('first'), at: dice.between(0, uploadMs) };
    if (!dice.chance(overwrittenShare)) return planned;
    const after = dice.chance(inWorkShare) ? ('work' as const) : dice.between(0, secondMsMax);
    return { ...planned, second: { content: contentOf('second'), after } };
  });
}

/** Uploads all of it, each in its time, but nothing while the storage is down. Tells what was uploaded. */
export async function uploadAll(plan: readonly Upload[], box: Box, turns: Turns): Promise<Version[]> {
  const versions = await Promise.all(plan.map((planned) => uploadOne(planned, box, turns)));
  return versions.flat();
}

async function uploadOne(
  { fileName, content, at, second }: Upload,
  box: Box,
  turns: Turns,
): Promise<Version[]> {
  await sleep(at);
  const first = await turns(() => put(fileName, content, box));
  if (!second) return [first];
  if (second.after === 'work') await untilInWork(first.jobId, box);
  else await sleep(second.after);
  return [{ ...first, isOverwritten: true }, await turns(() => put(fileName, second.content, box))];
}

/** Uploads a version over what may be there. Its job id is known from the ETag that it got. */
async function put(fileName: string, content: string, { connection }: Box): Promise<Version> {
  const blob = connection.data.getBlockBlobClient(fileName);
  const { etag = '' } = await blob.upload(content, Buffer.byteLength(content));
  return { fileName, content, jobId: jobIdOf(fileName, etag.replaceAll('"', '')), isOverwritten: false };
}

const lookMs = 100;
const waitMsMax = 60_000;

/** Waits until a guest program works on a job; not for ever, for it may be over in a moment. */
async function untilInWork(jobId: string, box: Box): Promise<void> {
  for (let waitedMs = 0; waitedMs < waitMsMax && !isInWork(box, jobId); waitedMs += lookMs)
    await sleep(lookMs);
}
