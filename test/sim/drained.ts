import { jobIdOf } from '../../src/core/job.ts';
import type { Sim } from './sim.ts';

/** A version that nothing points at and that no longer stands in `data` is nobody's any more. */
function isListed(jobId: string, { memory }: Sim): boolean {
  return [...memory.index.values(), ...[...memory.vms.values()].flatMap((vm) => vm.files)].some(
    (entry) => entry.jobId === jobId,
  );
}

/** What still keeps the world from being at rest: every file at its end, every VM off. Empty when it is. */
export function undrained(sim: Sim): string[] {
  const { memory, uploads } = sim;
  const left: string[] = [];
  for (const { fileName, etag, isTaken } of uploads) {
    const job = memory.jobs.get(jobIdOf(fileName, etag));
    const what = `${fileName} ${etag}`;
    if (!job) {
      const isRepeat = uploads.some(
        (other) => other.fileName === fileName && memory.results.has(jobIdOf(fileName, other.etag)),
      );
      if (!isTaken && !(isRepeat && fileName.includes('.process'))) left.push(`${what} has no job`);
      continue;
    }
    const isThere = memory.files.get(fileName)?.etag === etag;
    if (job.state === 'completed') {
      if (!memory.results.has(job.id)) left.push(`${what} is completed without a result row`);
      if (isThere) left.push(`${what} is completed and still in data`);
    } else if (job.state === 'failed' || job.state === 'cancelled') {
      if (memory.results.has(job.id)) left.push(`${what} is ${job.state} and has a result row`);
      if (!isThere && !isTaken) left.push(`${what} is ${job.state} and its blob is lost`);
    } else if (!isTaken || isListed(job.id, sim))
      left.push(`${what} is ${job.state} ${job.vmName}.${job.attempt}`);
  }
  for (const vm of memory.vms.values()) {
    const power = memory.powers.get(vm.name.toLowerCase());
    if (vm.state !== 'deallocated' || vm.files.length > 0 || power !== 'deallocated')
      left.push(`${vm.name} is ${vm.state} (${power}), lists ${vm.files.length}`);
  }
  return left;
}
