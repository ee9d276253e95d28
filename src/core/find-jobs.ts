import { AppError, isAppError } from './errors.ts';
import { type Job, nameHashOf } from './job.ts';
import type { JobState } from './moves.ts';
import { sameName } from './vm.ts';
import type { JobPage, JobSource, World } from './world.ts';

/** Which jobs are looked for: those to which all of the first four apply that are given, of which one must be. */
export interface JobQuery {
  fileName?: string | undefined;
  state?: JobState | undefined;
  vmName?: string | undefined;
  /** The first job of a workflow. */
  root?: string | undefined;
  /** From the page before; undefined = the first page. */
  continuation?: string | undefined;
  /** Jobs looked at for one page. */
  count: number;
}

export interface FoundJobs {
  jobs: Job[];
  /** Ids of jobs whose rows somebody has made unreadable. */
  unreadable: string[];
  /** Undefined on the last page. */
  continuation?: string;
}

/**
 * Finds jobs, a page at a time. The narrowest index among what is given says which jobs are looked at (workflow, file, VM, state),
 * the rest is a filter over them: so a page may be shorter than `count`, even empty, and still have a continuation. Without a
 * state, a VM's jobs are those that it has now. Throws `bad_input` if nothing is asked for.
 */
export async function findJobs(query: JobQuery, world: World): Promise<FoundJobs> {
  const { ids, continuation } = await lookAt(query, world);
  const unreadable: string[] = [];
  const read = await Promise.all(
    [...new Set(ids)].map((id) =>
      world.jobs.read(id).catch((error: unknown) => {
        if (!isAppError(error, 'unreadable')) throw error;
        unreadable.push(id);
        return undefined;
      }),
    ),
  );
  const jobs = read.filter((job): job is Job => job !== undefined && applies(query, job));
  return { jobs, unreadable, ...(continuation !== undefined && { continuation }) };
}

function applies({ fileName, state, vmName, root }: JobQuery, job: Job): boolean {
  return (
    (fileName === undefined || job.fileName === fileName) &&
    (state === undefined || job.state === state) &&
    (vmName === undefined || sameName(job.vmName, vmName)) &&
    (root === undefined || job.rootJobId === root)
  );
}

/** The ids that a page looks at. */
async function lookAt(query: JobQuery, world: World): Promise<JobPage> {
  const { fileName, state, vmName, root, continuation, count } = query;
  if (root !== undefined) {
    const page = await world.jobs.page({ rootJobId: root }, count, continuation);
    return continuation === undefined ? { ...page, ids: [root, ...page.ids] } : page;
  }
  if (fileName !== undefined) {
    const versions = await world.jobs.versions(nameHashOf(fileName));
    return pageOf(
      versions.map(({ id }) => ({ key: id, id })),
      query,
    );
  }
  const source = state && sourceByState[state];
  if (source && source !== 'vms') return world.jobs.page(source, count, continuation);
  if (state === undefined && vmName === undefined)
    throw new AppError('bad_input', 'name at least one of fileName, state, vmName, root');
  const vms = vmName === undefined ? await world.pool.list() : [await world.pool.read(vmName)];
  const entries = vms.flatMap((vm) => (vm?.files ?? []).map(({ jobId }) => ({ vm, jobId })));
  return pageOf(
    entries.map(({ vm, jobId }) => ({ key: `${vm?.name}/${jobId}`, id: jobId })),
    query,
  );
}

const sourceByState: Record<JobState, Exclude<JobSource, object> | 'vms'> = {
  received: 'waiting',
  assigned: 'vms',
  processing: 'vms',
  failed: 'resting',
  cancelled: 'resting',
  deferred: 'resting',
  completed: 'results',
};

/** A page of what was read whole: the continuation is the key of the last one. */
function pageOf(
  items: readonly { key: string; id: string }[],
  { continuation = '', count }: JobQuery,
): JobPage {
  const rest = items.filter(({ key }) => key > continuation).sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = rest.slice(0, count);
  const last = page.at(-1);
  return {
    ids: page.map(({ id }) => id),
    ...(last && page.length < rest.length && { continuation: last.key }),
  };
}
