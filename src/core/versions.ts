import type { Job } from './job.ts';
import type { VersionFacts } from './room.ts';
import type { World } from './world.ts';

/** A job as its row says now, with what must be known of its file's other versions; one range read for both. */
export async function readVersions(
  jobId: string,
  world: World,
): Promise<{ current: Job | undefined; facts: VersionFacts }> {
  const versions = await world.jobs.versions(jobId);
  const current = versions.find((version) => version.id === jobId);
  return { current, facts: await versionFacts(jobId, versions, world) };
}

/** Mostly there are no other versions, and then nobody is asked which VMs name their jobs. */
export async function versionFacts(
  jobId: string,
  versions: readonly Job[],
  world: World,
): Promise<VersionFacts> {
  const others = versions.filter((version) => version.id !== jobId);
  return { others, heard: others.length > 0 ? await world.pool.heard() : new Map() };
}
