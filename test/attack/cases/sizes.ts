import type { Attack, Call } from '../attack.ts';
import { atBothDoors, badInput, letIn, ofVm01, refused } from './expected.ts';

const mebibyte = 1024 * 1024;
const megabyteText = 'x'.repeat(900_000);

/** As deep as fits a body. */
const deep = (depth: number) => `{"vmName":${'['.repeat(depth)}${']'.repeat(depth)},"fileName":"work.json"}`;
const deepUnknown = `{"vmName":"vm01","fileName":"no.json","more":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`;

const manyParameters = Object.fromEntries(
  Array.from({ length: 10_000 }, (_, index) => [`more${index}`, index]),
);
const longQuery =
  `fileName=no.json&${Array.from({ length: 1400 }, (_, index) => `more${index}=1`).join('&')}`.slice(
    0,
    15_000,
  );

const nothingRecorded = { ...letIn, answer: { recorded: 'none' } };

/** A text of a megabyte in each parameter of a call that is not proven. */
const fields = [
  'vmName',
  'fileName',
  'jobId',
  'attempt',
  'status',
  'resultName',
  'error',
  'durationMs',
  'permanent',
  'release',
];

export const sizeAttacks: Attack[] = [
  {
    name: 'size: a body of 2 MiB',
    steps: atBothDoors({ body: { vmName: 'vm01', error: 'x'.repeat(2 * mebibyte) }, expects: refused }),
  },
  {
    name: 'size: a body of 2 MiB, in chunks',
    steps: atBothDoors({
      body: { vmName: 'vm01', error: 'x'.repeat(2 * mebibyte) },
      chunked: true,
      expects: refused,
    }),
  },
  {
    name: 'size: a body of 2 MiB of a proven VM',
    steps: atBothDoors({
      token: ofVm01,
      query: { vmName: 'vm01' },
      body: { vmName: 'vm01', fileName: 'work.json', status: 'failed', error: 'x'.repeat(2 * mebibyte) },
      expects: badInput,
    }),
  },
  {
    name: 'size: a body of 2 MiB whose beginning is a call of a proven VM',
    steps: atBothDoors({
      token: ofVm01,
      query: { vmName: 'vm01' },
      body: `{"vmName":"vm01","fileName":"work.json"}${' '.repeat(2 * mebibyte)}`,
      expects: badInput,
    }),
  },
  {
    name: 'size: a body of 2 MiB of an operator',
    steps: [
      {
        door: 'jobs',
        method: 'POST',
        path: ({ work }) => `/${work.id}/cancel`,
        body: { more: 'x'.repeat(2 * mebibyte) },
        expects: badInput,
      },
    ],
  },
  {
    name: 'size: a query of 15 KB',
    steps: atBothDoors({ query: `vmName=vm01&${longQuery}`, expects: refused }),
  },
  {
    name: 'size: a query of 13 KB of a proven VM',
    // With its token a longer one would be more than the front takes.
    steps: [{ token: ofVm01, query: `vmName=vm01&${longQuery}`.slice(0, 13_000), expects: nothingRecorded }],
  },
  {
    name: 'size: headers of 20 KB',
    steps: atBothDoors({ headers: { 'x-more': 'x'.repeat(20_000) }, expects: { status: 431 } }),
  },
  {
    name: 'size: ten thousand parameters',
    steps: atBothDoors({ body: { vmName: 'vm01', ...manyParameters }, expects: refused }),
  },
  {
    name: 'size: ten thousand parameters of a proven VM',
    steps: [
      {
        token: ofVm01,
        body: { vmName: 'vm01', fileName: 'no.json', ...manyParameters },
        expects: nothingRecorded,
      },
    ],
  },
  {
    name: 'size: a name as deep as a body can be',
    steps: atBothDoors({ token: ofVm01, body: deep(500_000), expects: refused }),
  },
  {
    name: 'size: a deep parameter of a proven VM',
    steps: [{ token: ofVm01, body: deepUnknown, expects: nothingRecorded }],
  },
  ...fields.map((field) => ({
    name: `size: a megabyte in ${field}`,
    steps: atBothDoors({
      body: { vmName: 'vm01', fileName: 'work.json', [field]: megabyteText },
      expects: refused,
    }),
  })),
  {
    name: 'size: a file name of a megabyte of a proven VM',
    steps: [{ token: ofVm01, body: { vmName: 'vm01', fileName: megabyteText }, expects: badInput }],
  },
  ...['jobId', 'attempt', 'status', 'resultName', 'durationMs', 'permanent'].map((field) => ({
    name: `size: a megabyte in ${field} of a proven VM`,
    steps: [
      {
        token: ofVm01,
        body: ({ work }) => ({
          vmName: 'vm01',
          jobId: work.id,
          attempt: work.attempt,
          [field]: megabyteText,
        }),
        expects: badInput,
      } satisfies Call,
    ],
  })),
  {
    name: 'size: a query of an operator with ten kilobytes of continuation',
    steps: [
      { door: 'jobs', query: { state: 'received', continuation: 'x'.repeat(10_000) }, expects: badInput },
    ],
  },
  {
    name: 'size: a thousand jobs on a page for an operator',
    steps: ['0', '-1', '1000', 'all'].map((count) => ({
      door: 'jobs' as const,
      query: { state: 'received', count },
      expects: badInput,
    })),
  },
  {
    name: 'size: a thousand refusals of one source leave five rows',
    steps: [{ times: 1000, headers: { 'x-forwarded-for': '203.0.113.7' }, expects: refused }],
    notedMax: 5,
  },
  {
    name: 'size: refusals of one source that claims to be many leave five rows',
    steps: Array.from({ length: 100 }, (_, index) => ({
      headers: { 'x-forwarded-for': `203.0.113.${index}`, 'client-ip': `203.0.113.${index}` },
      query: { vmName: `vm${index}` },
      expects: refused,
    })),
    notedMax: 5,
  },
  {
    name: 'size: a thousand refusals of a thousand sources leave sixty rows',
    steps: [
      {
        times: 1000,
        from: (turn) => `127.1.${Math.floor(turn / 250)}.${1 + (turn % 250)}`,
        expects: refused,
      },
    ],
    notedMax: 60,
  },
];
