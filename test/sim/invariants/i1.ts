import type { Job } from '../../../src/core/job.ts';
import { sameName } from '../../../src/core/vm.ts';
import { type Checker, handKey, isListedAnywhere, isWipedOut, lists, nameOf } from '../checker.ts';
import type { Actor, Sim } from '../sim.ts';

/** For how long a row that people have replaced may tell lies about what its VM works on: longer than any run. */
const mistoldMs = 60 * 60_000;

/**
 * I1: every version that is listed anywhere or still stands in `data` ends as exactly one result row, or as a `failed`,
 * `cancelled` or `deferred` job whose blob we have not deleted.
 *
 * Step by step: a result row stands for a completed job only, work on an older version completes no newer one, and no entry is
 * taken away while nothing else points at its job. What is left at the end is judged here too; I7 says that it must end.
 */
export const nothingIsLost: Checker = {
  invariant: 'I1',
  effect(effect, actor, sim) {
    switch (effect.kind) {
      case 'job':
        return effect.after.state === 'completed' ? wrongRun(effect.after, actor, sim) : undefined;
      case 'result': {
        const row = sim.memory.jobs.get(effect.job.id);
        return row?.state === 'completed'
          ? undefined
          : `a result row for ${nameOf(effect.job)}, which is ${row?.state}`;
      }
      case 'vm':
        for (const entry of effect.before.files) {
          if (lists(effect.after, entry.jobId, entry.attempt)) continue;
          const lost = droppedWhileOpen(entry.jobId, sim);
          if (lost) return `${lost} is dropped from ${effect.after.name} and listed nowhere`;
        }
        return undefined;
      case 'dropped': {
        const lost = droppedWhileOpen(effect.entry.jobId, sim);
        return lost && `${lost} is dropped from ${effect.entry.place} and listed nowhere`;
      }
      case 'answer':
        return effect.recorded === 'none' ? lostReport(effect, actor, sim) : undefined;
      default:
        return undefined;
    }
  },
  end(sim) {
    for (const { fileName, etag, jobId, isTaken } of sim.uploads) {
      const job = sim.memory.jobs.get(jobId);
      const hasResult = sim.memory.results.has(jobId);
      const isThere = sim.memory.files.get(fileName)?.etag === etag;
      if (job && isTaken && isForgotten(job, sim)) continue;
      if (job?.state === 'completed' ? !hasResult : hasResult)
        return `${fileName} ${etag} is ${job?.state} and has ${hasResult ? 'a' : 'no'} result row`;
      const isAtRest = job?.state === 'failed' || job?.state === 'cancelled' || job?.state === 'deferred';
      if (isAtRest && !isThere && !isTaken) return `${fileName} ${etag} is ${job.state} and its blob is lost`;
    }
    return undefined;
  },
};

/** A job to which nothing leads any more and which is not closed; what people have wiped out is theirs. */
function droppedWhileOpen(jobId: string, sim: Sim): string | undefined {
  const job = sim.memory.jobs.get(jobId);
  if (!job || isWipedOut(job, sim)) return undefined;
  const isKept = isListedAnywhere(jobId, sim) || (job.state === 'completed' && sim.memory.results.has(jobId));
  // Nothing can happen any more to one whose file is gone.
  if (
    (job.state === 'cancelled' || job.state === 'failed') &&
    sim.memory.files.get(job.fileName)?.etag !== job.etag
  )
    return undefined;
  return isKept ? undefined : `${nameOf(job)} (${job.state})`;
}

/**
 * Work that a VM was told of by a message, and did, is lost if its report finds nothing while the job is still that VM's: then
 * the message came before the listing.
 */
function lostReport(
  { etag, message }: { etag: string; message: { jobId: string; attempt: number } },
  { intent }: Actor,
  sim: Sim,
): string | undefined {
  const job = sim.memory.jobs.get(message.jobId);
  const isItsOwn = job?.state === 'assigned' && sameName(job.vmName, intent.vmName ?? '');
  if (!isItsOwn || job.etag !== etag || job.attempt !== message.attempt) return undefined;
  return sim.byHand.has(handKey(message)) ? undefined : `the report of ${nameOf(job)} is lost on its VM`;
}

/** A version is not completed by a failed run, nor by work on an older one: which one a script has worked only we know. */
function wrongRun(job: Job, { intent }: Actor, sim: Sim): string | undefined {
  if (intent.verb === 'finish' && intent.status === 'failed')
    return `${nameOf(job)} is completed by a failed run`;
  if (intent.etag === undefined || !sameName(job.vmName, intent.vmName ?? '')) return undefined;
  if (sim.clock.now() - (sim.mistoldAt.get(job.vmName) ?? 0) < mistoldMs) return undefined;
  const place = (wanted: string) => sim.uploads.findIndex(({ etag }) => etag === wanted);
  return place(intent.etag) >= place(job.etag)
    ? undefined
    : `${nameOf(job)} ${job.fileName} ${job.etag} is completed by work on ${intent.etag}`;
}

/** People have wiped out its listing and its file: it may stand as it stood then. */
function isForgotten(job: Job, sim: Sim): boolean {
  return isWipedOut(job, sim) && !isListedAnywhere(job.id, sim);
}
