import type { Attack, Call } from '../attack.ts';
import { letInAtBothDoors, noSuchDoor, ofVm01, refused } from './expected.ts';

const never = ['HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'MERGE'];

/** As whoever may call would call, but for the method. */
const doors: Call[] = [
  { door: 'funcHttpVMStop', token: ofVm01, expects: noSuchDoor },
  { door: 'funcHttpVMNext', token: ofVm01, expects: noSuchDoor },
  { door: 'jobs', path: ({ work }) => `/${work.id}/cancel`, expects: noSuchDoor },
];

/** What some frameworks take for the method. */
const override = { 'x-http-method-override': 'POST', 'x-http-method': 'POST', 'x-method-override': 'POST' };
const wrongMethod = { status: 405, code: 'wrong_method' };

export const methodAttacks: Attack[] = [
  ...never.map((method) => ({
    name: `method: ${method}`,
    steps: doors.map((call) => ({ ...call, method })),
  })),
  {
    name: 'method: GET at funcHttpVMNext',
    steps: [
      { door: 'funcHttpVMNext', method: 'GET', token: ofVm01, expects: noSuchDoor },
      { door: 'funcHttpVMNext', method: 'GET', token: ofVm01, headers: override, expects: noSuchDoor },
      {
        door: 'funcHttpVMNext',
        method: 'GET',
        token: ofVm01,
        query: 'vmName=vm01&_method=POST',
        expects: noSuchDoor,
      },
    ],
  },
  {
    name: 'method: GET at funcHttpVMStop, where it is not allowed',
    settings: { ALLOW_GET: 'false' },
    steps: [
      { method: 'GET', token: ofVm01, expects: noSuchDoor },
      { method: 'GET', token: ofVm01, headers: override, expects: noSuchDoor },
      { method: 'HEAD', token: ofVm01, expects: noSuchDoor },
      { method: 'POST', expects: refused },
      ...letInAtBothDoors({ method: 'POST', token: ofVm01 }),
    ],
  },
  {
    name: 'method: GET at funcHttpVMStop with a body',
    steps: [
      // Nobody reads the body of a GET, neither to prove by it nor to act by it.
      {
        method: 'GET',
        query: '',
        body: { vmName: 'vm01', fileName: 'work.json' },
        token: ofVm01,
        expects: refused,
      },
      {
        method: 'GET',
        query: { vmName: 'vm01', fileName: 'no.json' },
        body: { fileName: 'work.json' },
        token: ofVm01,
        expects: { status: 200, answer: { recorded: 'none' } },
      },
    ],
  },
  {
    name: 'method: GET of an order at funcHttpJob',
    steps: ['cancel', 'defer', 'release', 'retry', 'assign'].flatMap((verb) =>
      (['work', 'failed', 'listed', 'deferred'] as const).flatMap((file): Call[] => {
        const path: Call['path'] = (town) => `/${town[file].id}/${verb}`;
        return [
          { door: 'jobs', method: 'GET', path, query: { vmName: 'vm02' }, expects: wrongMethod },
          { door: 'jobs', method: 'GET', path, headers: override, expects: wrongMethod },
        ];
      }),
    ),
  },
  {
    name: 'method: POST where funcHttpJob shows and finds',
    steps: [
      {
        door: 'jobs',
        method: 'POST',
        path: ({ work }) => `/${work.id}`,
        body: { order: 'cancel' },
        expects: wrongMethod,
      },
      { door: 'jobs', method: 'POST', body: { id: 'x', order: 'cancel' }, expects: wrongMethod },
    ],
  },
];
