import { gzipSync } from 'node:zlib';
import type { Attack, Call } from '../attack.ts';
import { atBothDoors, badInput, letIn, letInAtBothDoors, ofVm01, ofVm02, refused } from './expected.ts';

const call = '{"vmName":"vm01","fileName":"work.json"}';
const boundary = '-----x';
const part = (name: string, value: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

/** Bodies that are a call to somebody who guesses, and none to us. */
const guessed: Record<string, Pick<Call, 'body' | 'headers'>> = {
  'UTF-16': {
    body: Buffer.from(call, 'utf16le'),
    headers: { 'content-type': 'application/json; charset=utf-16' },
  },
  'UTF-16 with a byte order mark': { body: Buffer.from(`\ufeff${call}`, 'utf16le') },
  'UTF-8 with a byte order mark': { body: Buffer.from(`\ufeff${call}`) },
  'UTF-7': {
    body: '+AHs-"vmName":"vm01","fileName":"work.json"+AH0-',
    headers: { 'content-type': 'application/json; charset=utf-7' },
  },
  gzip: { body: gzipSync(call), headers: { 'content-encoding': 'gzip' } },
  'a form': {
    body: 'vmName=vm01&fileName=work.json',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
  'a form of parts': {
    body: `${part('vmName', 'vm01')}${part('fileName', 'work.json')}--${boundary}--\r\n`,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  },
  XML: { body: '<call><vmName>vm01</vmName></call>', headers: { 'content-type': 'application/xml' } },
  'JSON with comments': { body: `/* */ ${call}` },
  'JSON with a comma too many': { body: call.replace('}', ',}') },
  'JSON with single quotes': { body: call.replaceAll('"', "'") },
  'two calls': { body: `${call}\n${call}` },
  'a call and a NUL': { body: Buffer.from(`${call}\0`) },
  'a call within a text': { body: JSON.stringify(call) },
  'bytes of no text': { body: Buffer.from([0xff, 0xfe, 0xfd, 0x80]) },
  'a bare number': { body: '1' },
  null: { body: 'null' },
};

/** `../work.json` and `work.json` in bytes that a decoder must not let through. */
const overlong = Buffer.concat([
  Buffer.from('{"vmName":"vm01","fileName":"'),
  Buffer.from([0xc0, 0xae, 0xc0, 0xae, 0xc0, 0xaf, 0xc1, 0xb7]),
  Buffer.from('ork.json"}'),
]);

export const encodingAttacks: Attack[] = [
  ...Object.entries(guessed).map(([what, sent]) => ({
    name: `encoding: ${what}`,
    steps: [
      // Nobody is proven by it, and for a proven caller it is no call.
      ...atBothDoors({ ...sent, token: ofVm01, expects: refused }),
      ...atBothDoors({ ...sent, token: ofVm02, query: { vmName: 'vm01' }, expects: refused }),
      ...atBothDoors({ ...sent, token: ofVm01, query: { vmName: 'vm01' }, expects: badInput }),
    ],
  })),
  {
    name: 'encoding: overlong UTF-8',
    steps: [
      ...atBothDoors({ body: overlong, expects: refused }),
      { body: overlong, token: ofVm01, expects: { ...letIn, answer: { recorded: 'none' } } },
    ],
  },
  {
    name: 'encoding: overlong UTF-8 in the query',
    steps: atBothDoors({ query: 'vmName=%c1%b6m01&fileName=work.json', token: ofVm01, expects: refused }),
  },
  {
    name: 'encoding: percent signs that encode nothing',
    steps: [
      ...atBothDoors({ query: 'vmName=%zz&fileName=work.json', token: ofVm01, expects: refused }),
      ...atBothDoors({ query: 'vmName=vm01%', token: ofVm01, expects: refused }),
      ...atBothDoors({ query: 'vmName=%ff%fe', token: ofVm01, expects: refused }),
      { door: 'jobs', path: '/%ff', expects: { status: 400 } },
    ],
  },
  {
    name: 'encoding: half a character in a file name of a proven VM',
    steps: ['\\ud800', '\\udfff', 'a\\ud800b', '\\udc00\\ud800'].flatMap((half) => [
      { token: ofVm01, body: `{"vmName":"vm01","fileName":"${half}"}`, expects: badInput },
      {
        token: ofVm01,
        body: ({ work }) =>
          `{"vmName":"vm01","jobId":"${work.id}","attempt":${work.attempt},"resultName":"${half}"}`,
        expects: badInput,
      } satisfies Call,
    ]),
  },
  {
    name: 'encoding: letters that are written as numbers, and in chunks, is let in',
    steps: letInAtBothDoors({
      token: ofVm01,
      chunked: true,
      body: '{"\\u0076mName":"vm\\u00301","fileName":"work.json"}',
    }),
  },
  {
    name: 'encoding: a call without a type, is let in',
    steps: letInAtBothDoors({
      token: ofVm01,
      body: ` \n${call} `,
      headers: { 'content-type': 'text/plain' },
    }),
  },
];
