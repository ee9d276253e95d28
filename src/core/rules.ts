/** The times and limits of the protocol. Times in ms; the defaults are those of a pool in Azure (design, section 2). */
export const defaultRules = {
  /** How long a claimed file is its VM's without a renewal. */
  leaseMs: 5 * 60_000,
  /** How long a start may take. */
  bootMsMax: 15 * 60_000,
  /** How long a VM that asks again is kept on without work. */
  idleMsMax: 2 * 60_000,
  /** How long after `stopping` was written a row is left alone, so that a late call can hit nobody. */
  settleMs: 60_000,
  /** How long after a VM was found silent it is looked at again. */
  silenceMs: 2 * 60_000,
  /** Failed runs of a file before it is `failed`. */
  failedRunsMax: 3,
  /** Wait before the second run; doubles with each failed run. */
  backoffMsMin: 30_000,
  backoffMsMax: 10 * 60_000,
  /** Runs begun without a report before a file is `failed`. */
  unreportedMax: 10,
  /** Time limit of a run, where the action names no other. */
  actionMsMax: 6 * 60 * 60_000,
  /** The same, for actions with a limit of their own. */
  actionMsMaxByAction: {} as Readonly<Record<string, number>>,
  /** How long a VM whose start came to nothing is left alone; doubles with each in a row. */
  coolDownMsMin: 2 * 60_000,
  coolDownMsMax: 60 * 60_000,
  /** How old a blob must be before the sweep looks after it. */
  blobGraceMs: 2 * 60_000,
  /** Files listed on one VM at a time. */
  filesPerVmMax: 1,
  /** VMs that may hand a file on, one after the other. */
  hopsMax: 8,
  /** Largest file that is taken on. */
  fileBytesMax: 200 * 1024 ** 3,
  /** The action of a file whose metadata names none. */
  defaultAction: 'process',
};

export type Rules = typeof defaultRules;

/**
 * How long after `stopping` was written deallocate may still be begun, and how long the call may then take to leave: together less than
 * the settle time, so that a call that is late can hit nobody. In Azure 10 s each (design, I3).
 */
export function lateMsMax({ settleMs }: Pick<Rules, 'settleMs'>): number {
  return Math.min(10_000, settleMs / 3);
}
