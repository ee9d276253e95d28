/**
 * The moves of a job and of a VM. These two tables are the only place that knows them: the use cases, the emulated
 * ARM and the simulator all ask here. A move that is not in its table is refused, never forced.
 */

export const jobMoves = {
  /** Not inserted yet. */
  none: ['received', 'assigned', 'failed'],
  received: ['assigned', 'completed', 'deferred', 'cancelled'],
  assigned: ['assigned', 'received', 'processing', 'completed', 'failed', 'deferred', 'cancelled'],
  processing: ['assigned', 'received', 'completed', 'failed', 'cancelled'],
  failed: ['received', 'completed'],
  deferred: ['received', 'completed', 'cancelled'],
  completed: [],
  cancelled: [],
} as const;

/**
 * Where the jobs of a state are listed, which is what its moves do besides: entering a state lists the job in its place (`list`),
 * leaving it unlists the job from there (`unlist`), in this order and after the move itself is written.
 *
 * | place | on entry | on exit |
 * | --- | --- | --- |
 * | `waiting` | an entry in `waiting-{action}` | that entry is dropped |
 * | `vm` | an entry on the row of its VM, which is started if it is off, and a message | the message is deleted, the entry dropped |
 * | `resting` | an entry in `resting` | that entry is dropped |
 * | `closed` | the result row, then the blob is deleted, then the VM's entry is dropped | (nothing leaves) |
 */
export const jobPlaces = {
  received: 'waiting',
  assigned: 'vm',
  processing: 'vm',
  failed: 'resting',
  deferred: 'resting',
  cancelled: 'resting',
  completed: 'closed',
} as const satisfies Record<Exclude<keyof typeof jobMoves, 'none'>, string>;

export const vmMoves = {
  deallocated: ['starting', 'running'],
  starting: ['running', 'stopping', 'deallocated'],
  running: ['stopping', 'starting', 'deallocated'],
  stopping: ['stopping', 'deallocated'],
} as const;

export type JobState = Exclude<keyof typeof jobMoves, 'none'>;
export type VmState = keyof typeof vmMoves;

/** Whether a job may go from one state to another; `none` stands for a job that has no row yet. */
export function canMoveJob(from: JobState | 'none', to: JobState): boolean {
  return (jobMoves[from] as readonly JobState[]).includes(to);
}

/** Whether a VM row may go from one state to another. */
export function canMoveVm(from: VmState, to: VmState): boolean {
  return (vmMoves[from] as readonly VmState[]).includes(to);
}
