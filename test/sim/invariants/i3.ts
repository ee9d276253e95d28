import type { Job } from '../../../src/core/job.ts';
import { sameName } from '../../../src/core/vm.ts';
import { type Checker, handKey, isListedOnItsVm, lists, nameOf } from '../checker.ts';
import type { Sim } from '../sim.ts';

/** Within which deallocate may be called after `stopping` was written. */
const deallocateMsMax = 20_000;
/** Clean ticks of the watchdog within which a file that people took off a row is listed again, its grace included. */
const ticksMax = 6;

/**
 * I3: deallocate is called only within 20 s of writing `stopping` to a row that lists nothing; a job in `processing` is
 * always listed on its VM's row.
 *
 * A person who wipes out a row's entries breaks the second half with their own hands: then the watchdog must list the job
 * again within a few ticks, unless its lease ends before.
 */
export function stopsOnlyEmptyRows(): Checker {
  /** Clean ticks at which a job was first seen missing, by job id and attempt. */
  const missing = new Map<string, number>();
  return {
    invariant: 'I3',
    effect(effect, _actor, sim) {
      switch (effect.kind) {
        case 'job':
          if (effect.after.state !== 'processing' || isListed(effect.after, sim)) return undefined;
          return `${nameOf(effect.after)} is in processing and not listed`;
        case 'vm': {
          const { before, after } = effect;
          if (after.state === 'stopping' && after.files.length > 0 && before.state !== 'stopping')
            return `${after.name} is stopping and lists ${after.files.length}`;
          for (const entry of before.files) {
            if (lists(after, entry.jobId, entry.attempt)) continue;
            const job = sim.memory.jobs.get(entry.jobId);
            const isInWork = job?.state === 'processing' && job.attempt === entry.attempt;
            if (isInWork && sameName(job.vmName, after.name))
              return `${after.name} drops ${nameOf(job)}, which is in processing there`;
          }
          return undefined;
        }
        case 'deallocate': {
          if (!effect.vm) return undefined;
          const { name, state, stateAt, files } = effect.vm;
          const now = sim.clock.now();
          // What a person typed since is not what we wrote.
          const isEdited = now - (sim.editedAt.get(name) ?? 0) <= deallocateMsMax;
          const isRight = state === 'stopping' && files.length === 0 && now - stateAt <= deallocateMsMax;
          return isEdited || isRight
            ? undefined
            : `deallocate of ${name}: ${state} for ${now - stateAt} ms, lists ${files.length}`;
        }
        default:
          return undefined;
      }
    },
    minute(sim) {
      const now = sim.clock.now();
      for (const key of sim.byHand) {
        const job = jobOf(key, sim);
        const vm = job && sim.memory.vms.get(job.vmName);
        const isOwed = job?.state === 'processing' && job.leaseUntil > now && vm && vm.state !== 'stopping';
        const isThere = job && sim.memory.files.get(job.fileName)?.etag === job.etag;
        // A stale waiting entry leads whoever has room to it, its VM before it is stopped.
        const isWaiting = [...sim.memory.index.values()].some((entry) => entry.jobId === job?.id);
        if (!isOwed || !isThere || isWaiting || isListedOnItsVm(job, sim)) missing.delete(key);
        else if (!missing.has(key)) missing.set(key, sim.cleanTicks);
        else if (sim.cleanTicks - (missing.get(key) ?? 0) > ticksMax)
          return `${nameOf(job)} is in processing and was not listed again after ${ticksMax} ticks`;
      }
      return undefined;
    },
  };
}

function isListed(job: Job, sim: Sim): boolean {
  return isListedOnItsVm(job, sim) || sim.byHand.has(handKey({ jobId: job.id, attempt: job.attempt }));
}

function jobOf(key: string, sim: Sim): Job | undefined {
  const [jobId = '', attempt] = key.split('.');
  const job = sim.memory.jobs.get(jobId);
  return job?.attempt === Number(attempt) ? job : undefined;
}
