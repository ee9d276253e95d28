import { AppError } from './errors.ts';
import type { Job } from './job.ts';
import type { JobState } from './moves.ts';

/** What an operator may order of a job: from which states, and where it then is. Each is a move of `jobMoves`. */
export const orders = {
  /** Nobody works on it any more; the file stays in `data`. */
  cancel: { from: ['received', 'assigned', 'processing', 'deferred'], to: 'cancelled' },
  /** A failed one begins anew, with all its runs. */
  retry: { from: ['failed'], to: 'received' },
  /** It is held back until it is released. */
  defer: { from: ['received', 'assigned'], to: 'deferred' },
  release: { from: ['deferred'], to: 'received' },
  /** It goes to the VM that is named. */
  assign: { from: ['received', 'assigned'], to: 'assigned' },
} as const satisfies Record<string, { from: readonly JobState[]; to: JobState }>;

export type OrderVerb = keyof typeof orders;

export type Order = { verb: Exclude<OrderVerb, 'assign'> } | { verb: 'assign'; vmName: string };

export const orderVerbs = Object.keys(orders) as OrderVerb[];

/** The orders that a job's state permits; whether its file or a VM stands against one is found when it is given. */
export function permittedOrders(job: Pick<Job, 'state'>): OrderVerb[] {
  return orderVerbs.filter((verb) => isPermitted(job, verb));
}

export function isPermitted({ state }: Pick<Job, 'state'>, verb: OrderVerb): boolean {
  return (orders[verb].from as readonly JobState[]).includes(state);
}

/** `move_refused`: says the state, why not, and which orders the state permits. */
export function orderRefused(job: Job, verb: OrderVerb, why = whyNot(job, verb)): AppError {
  const permitted = permittedOrders(job);
  const instead = permitted.length > 0 ? permitted.join(', ') : 'none';
  return new AppError(
    'move_refused',
    `${job.fileName} is ${job.state}, ${verb} is refused: ${why}; orders permitted in this state: ${instead}`,
    { permitted },
  );
}

function whyNot({ state, vmName, leaseUntil }: Job, verb: OrderVerb): string {
  switch (state) {
    case 'completed':
      return 'its result is recorded';
    case 'cancelled':
      return 'that is for good; upload the file again to have it done';
    case 'failed':
      return verb === 'cancel' ? 'it is at rest already' : 'retry it first';
    case 'deferred':
      return verb === 'assign' ? 'release it first' : 'it is held back';
    case 'processing':
      return `${vmName} works on it, with a lease until ${new Date(leaseUntil).toISOString()}`;
    case 'received':
    case 'assigned':
      return verb === 'retry' ? 'it has not failed' : 'it is not held back';
  }
}
