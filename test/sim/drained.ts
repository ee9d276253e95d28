import { decodeWork } from '../../src/core/message.ts';
import { isListedAnywhere, isWipedOut } from './checker.ts';
import type { Sim } from './sim.ts';

/** What still keeps the world from being at rest: every file at its end, every VM off. Empty when it is. */
export function undrained(sim: Sim): string[] {
  return [...openFiles(sim), ...vmsOn(sim), ...leftOver(sim)];
}

function openFiles(sim: Sim): string[] {
  const { memory, uploads } = sim;
  const left: string[] = [];
  for (const { fileName, etag, jobId, isTaken } of uploads) {
    const job = memory.jobs.get(jobId);
    const isThere = memory.files.get(fileName)?.etag === etag;
    const what = `${fileName} ${etag}`;
    if (!job) {
      // A repeat of an origin is deleted without a job.
      if (!isTaken && isThere) left.push(`${what} has no job`);
    } else if (job.state === 'completed') {
      const isOwed = !isTaken || !isWipedOut(job, sim) || isListedAnywhere(jobId, sim);
      if (!memory.results.has(jobId) && isOwed) left.push(`${what} is completed without a result row`);
      if (isThere) left.push(`${what} is completed and still in data`);
    } else if (job.state !== 'failed' && job.state !== 'cancelled' && job.state !== 'deferred') {
      // A version that nothing points at and that no longer stands in `data` is nobody's any more.
      if (!isTaken || isListedAnywhere(jobId, sim))
        left.push(`${what} is ${job.state} ${job.vmName}.${job.attempt}`);
    }
  }
  return left;
}

function vmsOn({ memory }: Sim): string[] {
  const left: string[] = [];
  for (const vm of memory.vms.values()) {
    const power = memory.powers.get(vm.name.toLowerCase());
    // A row of a VM that there is not has nothing to be stopped.
    if (power === undefined && vm.files.length === 0) continue;
    if (vm.state !== 'deallocated' || vm.files.length > 0 || power !== 'deallocated')
      left.push(`${vm.name} is ${vm.state} (${power}), lists ${vm.files.length}`);
  }
  return left;
}

/** Pointers at ended work, and messages that nobody can read. */
function leftOver(sim: Sim): string[] {
  const { memory } = sim;
  const left: string[] = [];
  for (const { place, jobId, attempt } of memory.index.values()) {
    const job = memory.jobs.get(jobId);
    const isRight =
      place === 'waiting'
        ? job?.state === 'received' && job.attempt === attempt
        : job?.state === 'failed' || job?.state === 'cancelled' || job?.state === 'deferred';
    if (!isRight) left.push(`${place} lists ${jobId.slice(0, 4)}.${attempt}, which is ${job?.state}`);
  }
  for (const { text } of memory.queues.processing.values()) {
    const work = decodeWork(text);
    // People wiped out its listing, and the file: nobody can know that it is not awaited any more.
    if (work && isForgotten(work.jobId, sim)) continue;
    left.push(
      work ? `a message for ${work.fileName}.${work.attempt} is left` : 'garbage is left in the queue',
    );
  }
  for (const queue of ['blob-poison', 'log-poison'] as const)
    if (memory.queues[queue].size > 0) left.push(`${queue} has ${memory.queues[queue].size} messages`);
  return left;
}

/** A job that people took off its VM's row, and whose file they took too. */
function isForgotten(jobId: string, sim: Sim): boolean {
  const isTaken = sim.uploads.some((upload) => upload.jobId === jobId && upload.isTaken);
  return isTaken && !isListedAnywhere(jobId, sim);
}
