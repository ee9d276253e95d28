import type { Attack, Call, Town } from '../attack.ts';
import { tokenOf } from '../mint.ts';
import { atBothDoors, letIn, letInAtBothDoors, ofVm01, ofVm02, refused } from './expected.ts';

const notYours = { status: 403, code: 'not_yours' };
const leaseLost = { status: 409, code: 'lease_lost' };

export const replayAttacks: Attack[] = [
  {
    name: 'replay: a report that was accepted',
    steps: [
      {
        token: ofVm01,
        body: reportOfWork,
        expects: { ...letIn, answer: { recorded: 'new' } },
        changes: 'all',
      },
      { act: 'pass', ms: 1000 },
      {
        token: ofVm01,
        body: reportOfWork,
        times: 3,
        expects: { ...letIn, answer: { recorded: 'duplicate' } },
        // Only the file that it was given next is handed out once more.
        changes: ({ waiting }) => [`jobs ${waiting.id}`, 'heard vm01'],
      },
    ],
  },
  {
    name: 'replay: a script’s report that was accepted',
    steps: [
      { token: ofVm01, expects: { ...letIn, answer: { recorded: 'new' } }, changes: 'all' },
      { token: ofVm01, times: 3, expects: { ...letIn, answer: { recorded: 'none' } } },
    ],
  },
  {
    name: 'replay: the failure of an older attempt',
    steps: [
      {
        token: ofVm01,
        body: ({ work }) => ({ vmName: 'vm01', jobId: work.id, attempt: 1, status: 'failed' }),
        expects: { ...letIn, answer: { recorded: 'none' } },
        // It asks for its work with that, which is handed out once more.
        changes: ({ work }) => [`jobs ${work.id}`, 'heard vm01'],
      },
      {
        token: ofVm01,
        body: ({ failed }) => ({ vmName: 'vm01', jobId: failed.id, attempt: 1, status: 'failed' }),
        expects: { ...letIn, answer: { recorded: 'none' } },
        changes: ({ work }) => [`jobs ${work.id}`, 'heard vm01'],
      },
    ],
  },
  {
    name: 'replay: the renewal and the release of an older attempt',
    steps: [
      ...[{}, { release: true }].map(
        (more): Call => ({
          door: 'funcHttpVMNext',
          token: ofVm01,
          body: ({ work }) => ({ vmName: 'vm01', jobId: work.id, attempt: 1, ...more }),
          expects: leaseLost,
        }),
      ),
      {
        door: 'funcHttpVMNext',
        token: ofVm01,
        body: ({ work }) => ({ vmName: 'vm01', jobId: work.id, attempt: work.attempt }),
        expects: letIn,
        changes: 'all',
      },
    ],
  },
  {
    name: 'replay: the renewal and the release of another’s lease',
    steps: [{}, { release: true }].flatMap((more) => [
      lease(ofVm02, 'vm02', 'work', more),
      lease(ofVm02, 'vm02', 'waiting', more),
      lease(ofVm02, 'vm02', 'completed', more),
      lease(ofVm02, 'vm02', 'failed', more),
      lease(ofVm02, 'vm02', 'deferred', more),
      lease(ofVm01, 'vm01', 'listed', more),
    ]),
  },
  {
    name: 'replay: the renewal of what is assigned, and not begun',
    steps: [lease(ofVm02, 'vm02', 'listed', {}), lease(ofVm02, 'vm02', 'listed', { release: true })],
  },
  {
    name: 'replay: a report of a VM about another’s file',
    steps: (['ok', 'failed'] as const).flatMap((status) => [
      about(ofVm02, 'vm02', 'work', status),
      about(ofVm01, 'vm01', 'listed', status),
      about(ofVm01, 'vm01', 'waiting', status),
      about(ofVm02, 'vm02', 'completed', status),
      about(ofVm02, 'vm02', 'failed', status),
      about(ofVm02, 'vm02', 'deferred', status),
    ]),
  },
  {
    name: 'replay: a report about an attempt that the VM never had',
    steps: [99, 2].map(
      (attempt) =>
        ({
          token: ofVm01,
          body: ({ failed }) => ({ vmName: 'vm01', jobId: failed.id, attempt }),
          expects: notYours,
        }) satisfies Call,
    ),
  },
  {
    name: 'replay: a report about a file that there never was',
    steps: [
      { token: ofVm01, body: { vmName: 'vm01', jobId: '0'.repeat(40), attempt: 1 }, expects: notYours },
      {
        door: 'funcHttpVMNext',
        token: ofVm01,
        body: { vmName: 'vm01', jobId: '0'.repeat(40), attempt: 1 },
        expects: leaseLost,
      },
    ],
  },
  {
    name: 'replay: another’s call, under the caller’s own token',
    steps: [
      { token: ofVm02, body: reportOfWork, expects: refused },
      {
        token: ofVm02,
        body: { vmName: 'vm02', fileName: 'work.json' },
        expects: { ...letIn, answer: { recorded: 'none' } },
      },
    ],
  },
  {
    name: 'replay: the token of a VM from elsewhere, where both are checked',
    settings: { CALLER_CHECK: 'both' },
    steps: [
      ...letInAtBothDoors({ from: 'vm01', token: ofVm01 }),
      ...atBothDoors({ token: ofVm01, expects: refused }),
      ...atBothDoors({ token: ofVm01, headers: { 'x-forwarded-for': '127.0.1.1' }, expects: refused }),
      ...atBothDoors({ from: 'vm02', token: ofVm01, expects: refused }),
      ...atBothDoors({ from: 'vm01', token: ofVm02, expects: refused }),
      ...atBothDoors({ from: 'vm01', expects: refused }),
    ],
  },
  {
    name: 'replay: the token of a VM from before it was rebuilt, and its new one',
    steps: [
      ...letInAtBothDoors({ token: ofVm01 }),
      { act: 'rebuild' },
      { act: 'pass', ms: 15_000 },
      ...letInAtBothDoors({ token: tokenOf('vm01-rebuilt') }),
      ...atBothDoors({ token: ofVm01, expects: refused }),
    ],
    asksMax: { arm: 2 },
  },
  {
    name: 'replay: the token of a VM that was rebuilt an hour ago, and has not called since',
    steps: [
      ...letInAtBothDoors({ token: ofVm01 }),
      { act: 'rebuild' },
      { act: 'pass', ms: 61 * 60_000 },
      ...atBothDoors({ token: ofVm01, expects: refused }),
    ],
  },
  {
    name: 'replay: the token of a VM that is no longer of the pool',
    steps: [
      { act: 'remove' },
      ...atBothDoors({ token: ofVm02, query: { vmName: 'vm02', fileName: 'listed.json' }, expects: refused }),
    ],
  },
  {
    name: 'replay: the token of a VM that was of the pool a moment ago',
    steps: [
      ...letInAtBothDoors({ token: ofVm02, query: { vmName: 'vm02', fileName: 'no.json' } }),
      { act: 'remove' },
      ...atBothDoors({
        token: ofVm02,
        query: { vmName: 'vm02', fileName: 'listed.json' },
        expects: { status: 403, code: 'not_in_pool' },
      }),
    ],
  },
];

function reportOfWork({ work }: Town) {
  return { vmName: 'vm01', jobId: work.id, attempt: work.attempt, status: 'ok' };
}

function lease(token: NonNullable<Call['token']>, vmName: string, file: keyof Town, more: object): Call {
  return {
    door: 'funcHttpVMNext',
    token,
    body: (town) => ({ vmName, jobId: town[file].id, attempt: town[file].attempt, ...more }),
    expects: leaseLost,
  };
}

function about(
  token: NonNullable<Call['token']>,
  vmName: string,
  file: keyof Town,
  status: 'ok' | 'failed',
): Call {
  return {
    token,
    body: (town) => ({ vmName, jobId: town[file].id, attempt: town[file].attempt, status }),
    expects: notYours,
  };
}
