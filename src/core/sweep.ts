import { assign } from './assign.ts';
import { fromAnywhere } from './from-anywhere.ts';
import { jobIdOf } from './job.ts';
import { lookAtResting } from './look-at-resting.ts';
import type { Turn } from './turn.ts';
import type { World } from './world.ts';

/**
 * Sweeps up what is listed nowhere: every blob past its grace that no VM, `waiting` or `resting` lists is assigned again. This one verb
 * repairs events that never came or were given up, half-finished closes and interrupted moves. Then it looks at some of the resting.
 *
 * Ends at `until` (ms since the epoch), for the next tick to go on: what was assigned is listed then. Each time it begins at another place,
 * so that what fails does not keep it from the rest. Returns how many blobs were assigned again.
 */
export async function sweep(until: number, turn: Turn, world: World): Promise<number> {
  const listedAt = world.now();
  const files = await world.files.list();
  const waiting = await world.jobs.listed('waiting');
  const resting = await world.jobs.listed('resting');
  const vms = await world.pool.list();
  const listed = new Set(
    [...vms.flatMap((vm) => vm.files), ...waiting, ...resting].map(({ jobId }) => jobId),
  );

  let swept = 0;
  const standing = new Set<string>();
  for (const { fileName, etag, modifiedAt } of fromAnywhere(files, world)) {
    const jobId = jobIdOf(fileName, etag);
    standing.add(jobId);
    if (listed.has(jobId) || world.now() - modifiedAt < world.rules.blobGraceMs) continue;
    if (!turn.mayGoOn(until)) continue;
    await turn.attempt(() => assign(fileName, world));
    swept += 1;
  }
  await turn.attempt(() => lookAtResting(resting, standing, listedAt, world));
  return swept;
}
