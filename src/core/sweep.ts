import { assign } from './assign.ts';
import { jobIdOf } from './job.ts';
import { lookAtResting } from './look-at-resting.ts';
import type { Vm } from './vm.ts';
import type { World } from './world.ts';

/**
 * Sweeps up what is listed nowhere: every blob past its grace that no VM, `waiting` or `resting` lists is assigned again. This one verb
 * repairs events that never came or were given up, half-finished closes and interrupted moves. Then it looks at some of the resting.
 *
 * Ends at `until` (ms since the epoch), for the next tick to go on: what was assigned is listed then. `attempt` keeps the error of one
 * file from stopping the others. Returns how many blobs were assigned again.
 */
export async function sweep(
  vms: readonly Vm[],
  until: number,
  attempt: (work: () => Promise<unknown>) => Promise<unknown>,
  world: World,
): Promise<number> {
  const listedAt = world.now();
  const files = await world.files.list();
  const waiting = await world.jobs.listed('waiting');
  const resting = await world.jobs.listed('resting');
  const listed = new Set(
    [...vms.flatMap((vm) => vm.files), ...waiting, ...resting].map(({ jobId }) => jobId),
  );

  let swept = 0;
  const standing = new Set<string>();
  for (const { fileName, etag, modifiedAt } of files) {
    const jobId = jobIdOf(fileName, etag);
    standing.add(jobId);
    if (listed.has(jobId) || world.now() - modifiedAt < world.rules.blobGraceMs) continue;
    if (world.now() > until) continue;
    await attempt(() => assign(fileName, world));
    swept += 1;
  }
  await attempt(() => lookAtResting(resting, standing, listedAt, world));
  return swept;
}
