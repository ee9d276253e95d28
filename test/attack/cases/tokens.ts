import type { Attack, Headers } from '../attack.ts';
import { type Mint, tokenOf } from '../mint.ts';
import { atBothDoors, letIn, letInAtBothDoors, ofVm01, ofVm02, refused } from './expected.ts';
import { wrongSettings } from './settings.ts';
import { truthfulTokens, untruthfulTokens } from './tokens-claims.ts';
import { forgedTokens } from './tokens-forged.ts';

/** What is sent instead of one bearer token in one header. */
const headers: Record<string, Headers | ((mint: Mint) => Headers)> = {
  'an empty header': { authorization: '' },
  'an empty token': { authorization: 'Bearer ' },
  'only the word': { authorization: 'Bearer' },
  'without the word': (mint) => ({ authorization: ofVm01(mint) }),
  'as a password': (mint) => ({
    authorization: `Basic ${Buffer.from(`vm01:${ofVm01(mint)}`).toString('base64')}`,
  }),
  'behind Basic': (mint) => ({ authorization: `Basic ${ofVm01(mint)}` }),
  'behind Bearer twice': (mint) => ({ authorization: `Bearer Bearer ${ofVm01(mint)}` }),
  'twice in one header': (mint) => ({ authorization: `Bearer ${ofVm01(mint)}, Bearer ${ofVm01(mint)}` }),
  'with a word after it': (mint) => ({ authorization: `Bearer ${ofVm01(mint)} vm01` }),
  'behind a tabulator': (mint) => ({ authorization: `Bearer\t${ofVm01(mint)}` }),
  'in quotes': (mint) => ({ authorization: `Bearer "${ofVm01(mint)}"` }),
  'in another header': (mint) => ({
    'x-ms-token-aad-access-token': ofVm01(mint),
    'x-authorization': `Bearer ${ofVm01(mint)}`,
  }),
  'of a proxy': (mint) => ({ 'proxy-authorization': `Bearer ${ofVm01(mint)}` }),
  'in a cookie': (mint) => ({
    cookie: `access_token=${ofVm01(mint)}; AppServiceAuthSession=${ofVm01(mint)}`,
  }),
  'as the platform’s sign-in would say it': {
    'x-ms-client-principal-id': 'aaaaaaaa-0000-4000-8000-000000000001',
    'x-ms-client-principal-idp': 'aad',
  },
  'two, another VM’s first': (mint) => ({
    authorization: [`Bearer ${ofVm02(mint)}`, `Bearer ${ofVm01(mint)}`],
  }),
  'two, none of them good': (mint) => ({ authorization: [`Bearer ${ofVm02(mint)}`, 'Bearer vm01'] }),
};

export const tokenAttacks: Attack[] = [
  { name: 'token: none', steps: atBothDoors({ expects: refused }) },
  ...Object.entries(headers).map(([what, given]) => ({
    name: `token: ${what}`,
    steps: atBothDoors({ headers: given, expects: refused }),
  })),
  {
    name: 'token: in the query',
    steps: atBothDoors({
      query: { vmName: 'vm01', fileName: 'work.json', access_token: 'x', authorization: 'Bearer x' },
      expects: refused,
    }),
  },
  {
    name: 'token: in the body',
    steps: atBothDoors({
      body: { vmName: 'vm01', fileName: 'work.json', authorization: 'Bearer x' },
      expects: refused,
    }),
  },
  ...Object.entries({ ...forgedTokens, ...untruthfulTokens }).map(([what, token]) => ({
    name: `token: ${what}`,
    steps: atBothDoors({ token, expects: refused }),
  })),
  ...Object.entries(truthfulTokens).map(([what, token]) => ({
    name: `token: ${what}, is let in`,
    steps: letInAtBothDoors({ token }),
  })),
  {
    name: 'token: behind bearer in small letters, is let in',
    steps: letInAtBothDoors({ headers: (mint) => ({ authorization: `bearer  ${ofVm01(mint)}` }) }),
  },
  {
    name: 'token: of the VM, and names in other letters, and parameters of the next version, is let in',
    steps: letInAtBothDoors({
      token: ofVm01,
      query: { VMNAME: 'Vm01', FILEname: 'work.json', colour: 'blue', constructor: 'x' },
    }),
  },
  {
    name: 'token: while the keys of the tenant are not to be had',
    steps: [
      { act: 'keys', state: 'down' },
      ...atBothDoors({ token: ofVm01, expects: { status: 503, code: 'unavailable' } }),
      ...atBothDoors({ token: tokenOf('vm02'), expects: { status: 503, code: 'unavailable' } }),
      ...atBothDoors({ expects: refused }),
      { act: 'keys', state: 'up' },
      { act: 'pass', ms: 1000 },
      ...atBothDoors({ token: ofVm02, expects: refused }),
      ...letInAtBothDoors({ token: ofVm01 }),
    ],
  },
  {
    name: 'token: while ARM does not answer',
    steps: [
      { act: 'arm', state: 'down' },
      ...atBothDoors({ token: ofVm01, expects: { status: 503, code: 'unavailable' } }),
      ...atBothDoors({ token: ofVm02, expects: { status: 503, code: 'unavailable' } }),
      ...atBothDoors({ token: forgedTokens['without a signature, and says so'], expects: refused }),
      { act: 'arm', state: 'up' },
      { act: 'pass', ms: 1000 },
      ...atBothDoors({ token: ofVm02, expects: refused }),
      ...letInAtBothDoors({ token: ofVm01 }),
    ],
  },
  {
    name: 'token: of a stranger, while ARM no longer answers',
    steps: [
      ...letInAtBothDoors({ token: ofVm01 }),
      { act: 'pass', ms: 20_000 },
      { act: 'arm', state: 'down' },
      ...atBothDoors({ token: ofVm02, expects: { status: 503, code: 'unavailable' } }),
      ...letInAtBothDoors({ token: ofVm01 }),
      // A VM works on through an outage, which is not to cost it its lease; in the end what was known is too old.
      { act: 'pass', ms: 30 * 60_000 },
      ...letInAtBothDoors({ token: ofVm01 }),
      { act: 'pass', ms: 31 * 60_000 },
      ...atBothDoors({ token: ofVm01, expects: { status: 503, code: 'unavailable' } }),
    ],
  },
  {
    name: 'token: fifty made-up key ids have the keys fetched once',
    steps: [
      { token: ofVm01, expects: letIn, changes: 'all' },
      ...Array.from({ length: 50 }, (_, turn) => ({
        token: tokenOf('vm01', {}, { kid: `made-up-${turn}` }),
        expects: refused,
      })),
    ],
    asksMax: { keys: 1 },
  },
  {
    name: 'token: fifty made-up key ids have the keys fetched a few times, while they are not to be had',
    steps: [
      { act: 'keys', state: 'down' },
      ...Array.from({ length: 50 }, (_, turn) => ({
        token: tokenOf('vm01', {}, { kid: `made-up-${turn}` }),
        expects: { status: 503, code: 'unavailable' },
      })),
      { act: 'keys', state: 'up' },
    ],
    // Once a second.
    asksMax: { keys: 10 },
  },
  {
    name: 'token: fifty have ARM asked once, while it does not answer',
    steps: [
      { act: 'arm', state: 'down' },
      { token: ofVm01, times: 50, expects: { status: 503, code: 'unavailable' } },
    ],
    asksMax: { arm: 1 },
  },
  {
    name: 'token: fifty of a stranger have ARM asked no more than twice',
    steps: [{ token: tokenOf('app'), times: 50, expects: refused }],
    asksMax: { arm: 2 },
  },
  {
    name: 'token: a hundred at once have the keys fetched and ARM asked once',
    steps: [
      { act: 'arm', state: 'slow' },
      {
        token: ofVm01,
        query: { vmName: 'vm01', fileName: 'no.json' },
        times: 100,
        atOnce: true,
        expects: letIn,
      },
    ],
    asksMax: { keys: 1, arm: 1 },
  },
  ...wrongSettings,
  {
    name: 'token: signed with a key that the tenant has had for half a minute',
    steps: [
      ...letInAtBothDoors({ token: ofVm01 }),
      { act: 'rotate' },
      { act: 'pass', ms: 31_000 },
      ...letInAtBothDoors({ token: ofVm01 }),
      ...atBothDoors({ token: ofVm02, expects: refused }),
    ],
  },
];
