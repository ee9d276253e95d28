import { type Defence, edit } from './defence.ts';

/** What a VM that is proven may say, and of what. */
export const inputDefences: Defence[] = [
  {
    id: 'own-jobs',
    what: 'a VM reports only what was given to it',
    edits: [edit('core/reported-job.ts', 'if (!had)', 'if (!job)')],
    fails: 'replay: a report of a VM about another’s file',
  },
  {
    id: 'own-attempts',
    what: 'of what was given to it a VM reports only the attempts that it had',
    edits: [edit('core/reported-job.ts', ' && line.attempt === attempt', '')],
    fails: 'replay: a report about an attempt that the VM never had',
  },
  {
    id: 'present-attempt',
    what: 'a lease is renewed and released by its present attempt only',
    edits: [edit('core/lease.ts', 'job.attempt === lease.attempt && ', '')],
    fails: 'replay: the renewal and the release of an older attempt',
  },
  {
    id: 'lease-holder',
    what: 'a lease is renewed and released by its holder only',
    edits: [edit('core/lease.ts', ' && sameName(job.vmName, lease.vmName)', '')],
    fails: 'replay: the renewal and the release of another’s lease',
  },
  {
    id: 'body-limit',
    what: 'a body ends after 1 MiB',
    edits: [edit('functions/read-parameters.ts', 'if (bytes > bodyBytesMax) return undefined;', '')],
    fails: 'size: a body of 2 MiB of a proven VM',
  },
  {
    id: 'job-id-form',
    what: 'what cannot be a job id is never looked up',
    edits: [edit('core/request.ts', `z.refine(isJobId, 'is not a job id')`, 'z.minLength(1)')],
    fails: 'name: job ids that are none, of a proven VM',
  },
  {
    id: 'vm-name-form',
    what: 'what cannot be the name of an Azure VM is never looked up',
    edits: [
      edit('core/request.ts', `z.refine(isVmName, 'is not the name of an Azure VM')`, 'z.minLength(1)'),
    ],
    fails: 'name: VM names that are none, of an operator',
  },
  {
    id: 'text-length',
    what: 'texts end where Azure’s own names end',
    edits: [
      edit(
        'core/request.ts',
        'z.string().check(z.minLength(1), z.maxLength(length), whole)',
        'z.string().check(z.minLength(1), whole)',
      ),
    ],
    fails: 'size: a file name of a megabyte of a proven VM',
  },
  {
    id: 'whole-characters',
    what: 'half a character is in no text',
    edits: [edit('core/request.ts', `!/\\p{Surrogate}/u.test(given)`, 'true')],
    fails: 'encoding: half a character in a file name of a proven VM',
  },
];
