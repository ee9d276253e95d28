import { fromAnywhere } from './from-anywhere.ts';
import type { Job } from './job.ts';
import { list } from './list.ts';
import { jobPlaces } from './moves.ts';
import type { IndexEntry, World } from './world.ts';

/** How many are looked at each tick. */
const lookCount = 100;

/**
 * Looks at the jobs of a hundred resting entries, from another place each time: one that has moved on is listed where its job says, and its
 * entry dropped. So is the entry of a cancelled or failed job whose file is gone (`standing`: the versions that stood in `data` at `listedAt`): nothing can happen to it any
 * more, and the index stays as small as what people may still have to do with.
 */
export async function lookAtResting(
  resting: readonly IndexEntry[],
  standing: ReadonlySet<string>,
  listedAt: number,
  world: World,
): Promise<void> {
  for (const entry of fromAnywhere(resting, world).slice(0, lookCount)) {
    const job = await world.jobs.read(entry.jobId);
    if (job && isAtRest(job, entry)) {
      if (isForGood(job, listedAt) && !standing.has(job.id)) await world.jobs.drop(entry);
      continue;
    }
    if (job) await list(job, world);
    await world.jobs.drop(entry);
  }
}

/** At rest since before the files were listed: one that came since is not among them, and may still stand there. */
function isForGood({ state, history }: Job, listedAt: number): boolean {
  return state !== 'deferred' && (history.at(-1)?.at ?? 0) < listedAt;
}

function isAtRest(job: Job, entry: IndexEntry): boolean {
  return job.attempt === entry.attempt && jobPlaces[job.state] === 'resting';
}
