import type { Job } from '../../src/core/job.ts';
import { jobIdOf } from '../../src/core/job.ts';
import type { Vm } from '../../src/core/vm.ts';

/** A job with everything at its first value, but for what a test is about. */
export function sampleJob(change: Partial<Job> = {}): Job {
  const fileName = change.fileName ?? 'a.json';
  const etag = change.etag ?? '0x1';
  const id = jobIdOf(fileName, etag);
  return {
    id,
    fileName,
    etag,
    action: 'process',
    priority: 5,
    state: 'received',
    attempt: 1,
    vmName: '',
    leaseUntil: 0,
    begunAt: 0,
    notBefore: 0,
    failedRuns: 0,
    unreported: 0,
    cause: '',
    error: '',
    insertedAt: 1000,
    rootJobId: id,
    hop: 0,
    resultName: '',
    durationMs: 0,
    completedAt: 0,
    history: [],
    version: '',
    ...change,
  };
}

/** A VM that is off and lists nothing, but for what a test is about. */
export function sampleVm(change: Partial<Vm> = {}): Vm {
  return {
    name: 'vm01',
    state: 'deallocated',
    stateAt: 0,
    files: [],
    idleSince: 0,
    startedAt: 0,
    failedStarts: 0,
    silentAt: 0,
    unavailableUntil: 0,
    unavailableCause: '',
    deallocateAfter: 0,
    actions: [],
    disabled: false,
    maintenanceUntil: 0,
    resourceId: '',
    version: '',
    ...change,
  };
}
