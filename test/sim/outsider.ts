import { claim } from '../../src/core/claim.ts';
import { isAppError } from '../../src/core/errors.ts';
import { finish } from '../../src/core/finish.ts';
import type { Job } from '../../src/core/job.ts';
import { release, renew } from '../../src/core/lease.ts';
import { sameName } from '../../src/core/vm.ts';
import type { World } from '../../src/core/world.ts';
import { invoke } from './invoke.ts';
import { powerOf } from './machines.ts';
import { count, type Sim } from './sim.ts';

interface Knock {
  vmName: string;
  jobId: string;
  attempt: number;
  fileName: string;
}

/** The calls that anybody may try who has the address. */
export const knocks = {
  claim: ({ vmName }: Knock, world: World) => claim(vmName, world),
  renew: (knock: Knock, world: World) => renew(knock, world),
  release: (knock: Knock, world: World) => release(knock, world),
  finish: ({ fileName: _, ...knock }: Knock, world: World) =>
    finish({ ...knock, status: 'ok', resultName: 'x', error: '', durationMs: 1 }, world),
  fail: ({ fileName: _, ...knock }: Knock, world: World) =>
    finish({ ...knock, status: 'failed', resultName: '', error: 'x', durationMs: 1 }, world),
  finishByName: ({ vmName, fileName }: Knock, world: World) =>
    finish({ vmName, fileName, status: 'ok', resultName: 'x', error: '', durationMs: 1 }, world),
} satisfies Record<string, (knock: Knock, world: World) => Promise<unknown>>;

/**
 * Somebody calls who should not: under a name that is not of the pool, or a VM of the pool about a job that it never had. Who a
 * caller is, is proved before (at the doors); here it is only what a call under such a name can do.
 */
export function knock(sim: Sim): void {
  const { dice, memory } = sim;
  const job = dice.pick([...memory.jobs.values()]);
  const kind = dice.pick(Object.keys(knocks) as (keyof typeof knocks)[]) ?? 'claim';
  const member = dice.chance(0.5) ? memberWithout(job, sim) : undefined;
  // Of itself a VM may ask what it likes.
  if (member && (kind === 'claim' || kind === 'finishByName')) return;
  const given: Knock = {
    vmName: member ?? dice.pick(['vm77', 'vm', 'vm011', 'vmlist', ' vm01']) ?? 'vm77',
    jobId: job?.id ?? '0'.repeat(40),
    attempt: job ? dice.whole(1, job.attempt) : 1,
    fileName: job?.fileName ?? '1.csv',
  };
  const what = `knock ${kind} ${member ? 'member' : 'stranger'}`;
  invoke(
    { verb: 'outsider', isMember: member !== undefined, ...given },
    (world): Promise<unknown> => knocks[kind](given, world),
    sim,
  ).then(
    () => count(sim, `${what} let in`),
    (error: unknown) => count(sim, `${what} ${isAppError(error) ? error.code : 'thrown'}`),
  );
}

/** A VM of the pool that is up and never had this job. */
function memberWithout(job: Job | undefined, sim: Sim): string | undefined {
  const names = [...sim.machines.values()]
    .filter((machine) => powerOf(machine, sim) === 'running')
    .map(({ name }) => name)
    .filter((name) => ![...(job?.history ?? []), job].some((line) => line && sameName(line.vmName, name)));
  return sim.dice.pick(names.filter((name) => sim.memory.vms.has(name)));
}
