import type { Attack, Call } from '../attack.ts';
import { atBothDoors, badInput, letIn, ofVm01, refused } from './expected.ts';
import { agentNames } from './names-agent.ts';
import { doubles, texts, values } from './names-odd.ts';

/** What its sender would like to have in the log. */
const words = ['vm01\r\nvm01 was let in', 'vm01\u202e', `${'x'.repeat(64)}y`, 'a\u2028b', 'a\x1b[31mb'];

/** Names of files, from a VM that may speak of its own only. */
const fileNames = [
  '../work.json',
  './work.json',
  'work.json/',
  'WORK.JSON',
  ' work.json',
  'work.json\0',
  "work.json' or '1' eq '1",
  '%77ork.json',
  'work.json\r\nX: y',
  '/etc/passwd',
  'listed.json',
  'waiting.json',
  'deferred.json',
  'failed.json',
  '*',
  '__proto__',
];

const jobIds = [
  '../work',
  "' or '1' eq '1",
  'A'.repeat(40),
  '0'.repeat(39),
  '0'.repeat(41),
  `${'0'.repeat(40)}\n`,
  `${'0'.repeat(39)}é`,
  '__proto__',
];

export const nameAttacks: Attack[] = [
  ...Object.entries(texts).map(([what, vmName]) => ({
    name: `name: ${what}`,
    steps: [
      ...atBothDoors({ token: ofVm01, body: { vmName, fileName: 'work.json' }, expects: refused }),
      ...atBothDoors({
        token: ofVm01,
        query: `vmName=${encodeURIComponent(Buffer.from(vmName).toString())}&fileName=work.json`,
        expects: refused,
      }),
    ],
  })),
  ...Object.entries(values).map(([what, vmName]) => ({
    name: `name: ${what}`,
    steps: atBothDoors({ token: ofVm01, body: { vmName, fileName: 'work.json' }, expects: refused }),
  })),
  ...Object.entries(doubles).map(([what, given]) => ({
    name: `name: ${what}`,
    steps: atBothDoors({ token: ofVm01, ...given, expects: refused }),
  })),
  {
    name: 'name: one in the query, the caller’s own in the body, which counts',
    steps: [
      {
        token: ofVm01,
        query: 'vmName=vm02',
        body: { vmName: 'vm01', fileName: 'listed.json' },
        expects: { ...letIn, answer: { vmName: 'vm01', recorded: 'none' } },
      },
      {
        token: ofVm01,
        body: '{"VMNAME":"vm02","vmname":"VM01","fileName":"listed.json"}',
        expects: { ...letIn, answer: { vmName: 'vm01', recorded: 'none' } },
      },
    ],
  },
  {
    // The judge holds every refusal to one and the same answer.
    name: 'name: none is told from one of the pool',
    steps: ['vm01', 'vm02', 'vm99', 'no name', ''].flatMap((vmName) =>
      ['work.json', 'none.json'].flatMap((fileName) => [
        ...atBothDoors({ query: { vmName, fileName }, expects: refused }),
        ...atBothDoors({ query: { vmName, fileName }, token: () => 'forged', expects: refused }),
        ...atBothDoors({ query: { vmName }, body: '{', expects: refused }),
        ...atBothDoors({ body: { vmName, jobId: 1, attempt: 'x' }, expects: refused }),
        ...atBothDoors({
          body: (town) => ({ vmName, jobId: town.work.id, attempt: town.work.attempt }),
          expects: refused,
        }),
      ]),
    ),
  },
  {
    name: 'name: that would end a line of the log, or more',
    steps: words.flatMap((vmName) => [
      ...atBothDoors({ body: { vmName, fileName: vmName }, expects: refused }),
      ...atBothDoors({
        headers: { 'x-forwarded-for': encodeURI(vmName) },
        body: { [vmName]: vmName },
        expects: refused,
      }),
    ]),
  },
  ...fileNames.map((fileName) => ({
    name: `name: ${JSON.stringify(fileName)} of a file, of a proven VM`,
    steps: [
      {
        token: ofVm01,
        body: { vmName: 'vm01', fileName },
        expects: { ...letIn, answer: { recorded: 'none' } },
      },
      {
        token: ofVm01,
        body: { vmName: 'vm01', fileName, status: 'failed' },
        expects: { ...letIn, answer: { recorded: 'none' } },
      },
    ],
  })),
  {
    name: 'name: job ids that are none, of a proven VM',
    steps: jobIds.flatMap((jobId) =>
      atBothDoors({ token: ofVm01, body: { vmName: 'vm01', jobId, attempt: 1 }, expects: badInput }),
    ),
  },
  {
    name: 'name: attempts that are none, of a proven VM',
    steps: [0, -1, 1.5, 'x', '1e400', [], {}, '9007199254740993'].flatMap((attempt) =>
      atBothDoors({
        token: ofVm01,
        body: ({ work }) => ({ vmName: 'vm01', jobId: work.id, attempt }),
        expects: badInput,
      }),
    ),
  },
  {
    name: 'name: VM names that are none, of an operator',
    steps: [texts['with a filter behind'], texts['with a path before'], texts['in wide letters']].flatMap(
      (vmName = '') =>
        [
          { door: 'jobs' as const, query: { vmName }, expects: badInput },
          {
            door: 'jobs' as const,
            method: 'POST',
            path: ({ listed }) => `/${listed.id}/assign`,
            body: { vmName },
            expects: badInput,
          },
        ] satisfies Call[],
    ),
  },
  {
    name: 'name: jobs that there are not, of an operator',
    steps: [
      '%2e%2e%2fwork',
      '%00',
      "'%20or%20'1'%20eq%20'1",
      '__proto__',
      'a'.repeat(2000),
      '%F0%9F%98%80',
    ].flatMap((id) => [
      { door: 'jobs' as const, path: `/${id}`, expects: { status: 404, code: 'not_found' } },
      {
        door: 'jobs' as const,
        method: 'POST',
        path: `/${id}/cancel`,
        expects: { status: 404, code: 'not_found' },
      },
    ]),
  },
  {
    name: 'name: orders that there are not, of an operator',
    steps: ['explode', 'CANCEL', '__proto__', 'constructor', 'cancel%00', '..%2fcancel'].map(
      (verb) =>
        ({
          door: 'jobs' as const,
          method: 'POST',
          path: ({ work }) => `/${work.id}/${verb}`,
          // The path decides.
          body: { order: 'cancel' },
          expects: badInput,
        }) satisfies Call,
    ),
  },
  ...agentNames,
];
