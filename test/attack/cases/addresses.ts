import type { Attack } from '../attack.ts';
import { tokenOf } from '../mint.ts';
import { atBothDoors, letInAtBothDoors, ofVm01, refused } from './expected.ts';
import { insecureAddresses } from './insecure.ts';

const ip = { CALLER_CHECK: 'ip' };
/** The call comes by a proxy of the site's own, which says from where: the front end's entry is then that proxy's. */
const byProxy = { CALLER_CHECK: 'ip', TRUSTED_PROXIES: '2' };

/** What a stranger writes into `X-Forwarded-For`, before the front end appends the stranger's own address. */
const claims: Record<string, string | string[]> = {
  'claimed in the first entry': '127.0.1.1',
  'claimed with a port': '127.0.1.1:443',
  'claimed twice': '127.0.1.1, 127.0.1.1',
  'claimed with spaces': '  127.0.1.1  ',
  'claimed before an empty entry': '127.0.1.1,',
  'claimed before many empty entries': '127.0.1.1,,,, ,',
  'claimed in two headers': ['127.0.1.1', '10.0.0.4'],
  'claimed in IPv6': '[::ffff:127.0.1.1]:443',
  'claimed with what might end a line': '127.0.1.1;',
  'claimed in brackets': '[127.0.1.1]',
  'claimed in quotes': '"127.0.1.1"',
  'claimed as the start of a quoted list': '"127.0.1.1',
  'a thousand times claimed': Array(800).fill('127.0.1.1').join(','),
};

/** Other headers in which some front end somewhere tells who calls. */
const otherHeaders = [
  'client-ip',
  'x-client-ip',
  'x-real-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-cluster-client-ip',
  'x-forwarded',
  'x-forwarded-host',
  'x-original-forwarded-for',
  'x-originating-ip',
  'x-remote-addr',
  'remote-addr',
  'forwarded-for',
  'via',
];

/** What is no address of the VM, in an entry that is believed. */
const notTheVms: Record<string, string> = {
  'in octal': '0177.0.1.1',
  'in decimal': '2130706689',
  'in hexadecimal': '0x7f.0.1.1',
  'in three parts': '127.0.257',
  'with zeros before': '127.0.001.001',
  'with a dot behind': '127.0.1.1.',
  'with a zone': '127.0.1.1%eth0',
  'in IPv6 with a zone': '2001:db8::1%eth0',
  'in IPv6 with a zone in brackets': '[2001:db8::1%25eth0]:443',
  'with half of the brackets': '[2001:db8::1',
  'with the other half': '2001:db8::1]:443',
  'with words behind the brackets': '[2001:db8::1]vm01',
  'with a port too long': '10.0.0.4:1234567',
  'with a port of letters': '10.0.0.4:http',
  'with another behind a space': '10.0.0.4 10.0.0.5',
  'as Forwarded has it': 'for=10.0.0.4',
  'in quotes': '"10.0.0.4"',
  'as a range': '10.0.0.0/8',
  'as a pattern': '10.0.0.*',
  'of IPv4 within IPv6 in the old way': '::10.0.0.4',
  'of IPv4 within IPv6 as NAT64 has it': '64:ff9b::10.0.0.4',
  'of a neighbour that begins with it': '10.0.0.40',
  'of another VM': '10.0.0.5',
  'its name': 'vm01',
  unknown: 'unknown',
  'an empty entry': ' ',
};

/** How proxies write the VM's own addresses. */
const theVms = [
  '2001:DB8:0:0::1',
  '2001:0db8:0000:0000:0000:0000:0000:0001',
  '[2001:db8::1]',
  '[2001:db8::1]:443',
  '::ffff:10.0.0.4',
  '::FFFF:A00:4',
  '[::ffff:10.0.0.4]:51234',
];

export const addressAttacks: Attack[] = [
  { name: 'address: a stranger’s', settings: ip, steps: atBothDoors({ expects: refused }) },
  ...Object.entries(claims).map(([what, claimed]) => ({
    name: `address: the VM’s, ${what}`,
    settings: ip,
    steps: atBothDoors({ headers: { 'x-forwarded-for': claimed }, expects: refused }),
  })),
  ...otherHeaders.map((header) => ({
    name: `address: the VM’s, in ${header}`,
    settings: ip,
    steps: atBothDoors({ headers: { [header]: '127.0.1.1' }, expects: refused }),
  })),
  {
    name: 'address: the VM’s, in forwarded',
    settings: ip,
    steps: atBothDoors({
      headers: { forwarded: 'for=127.0.1.1;proto=https;by=127.0.1.1' },
      expects: refused,
    }),
  },
  {
    name: 'address: another VM’s',
    settings: ip,
    steps: [
      ...atBothDoors({ from: 'vm02', expects: refused }),
      ...atBothDoors({ from: 'vm01', query: { vmName: 'vm02', fileName: 'listed.json' }, expects: refused }),
    ],
  },
  {
    name: 'address: a stranger’s, with a good token, where addresses are checked',
    settings: ip,
    steps: atBothDoors({ token: ofVm01, expects: refused }),
  },
  {
    name: 'address: the VM’s own',
    settings: ip,
    steps: [
      ...letInAtBothDoors({ from: 'vm01' }),
      // Whatever it claims besides.
      ...letInAtBothDoors({ from: 'vm01', headers: { 'x-forwarded-for': '127.0.1.2' } }),
    ],
  },
  {
    name: 'address: the VM’s own, where identities are checked',
    steps: [
      ...atBothDoors({ from: 'vm01', expects: refused }),
      ...atBothDoors({ from: 'vm01', token: tokenOf('vm02'), expects: refused }),
    ],
  },
  {
    name: 'address: the VM’s own, with its own token, where both are checked',
    settings: { CALLER_CHECK: 'both' },
    steps: letInAtBothDoors({ from: 'vm01', token: ofVm01 }),
  },
  {
    name: 'address: one that the VM has no more, and its new one',
    settings: ip,
    steps: [
      ...letInAtBothDoors({ from: 'vm01' }),
      { act: 'move', to: '127.0.1.9' },
      { act: 'pass', ms: 15_000 },
      ...letInAtBothDoors({ from: '127.0.1.9' }),
      ...atBothDoors({ from: 'vm01', expects: refused }),
    ],
  },
  {
    name: 'address: one that the VM has had no more for a minute',
    settings: ip,
    steps: [
      ...letInAtBothDoors({ from: 'vm01' }),
      { act: 'move', to: '127.0.1.9' },
      { act: 'pass', ms: 60_001 },
      ...atBothDoors({ from: 'vm01', expects: refused }),
    ],
  },
  {
    name: 'address: while ARM does not answer',
    settings: ip,
    steps: [
      { act: 'arm', state: 'down' },
      ...atBothDoors({ from: 'vm01', expects: { status: 503, code: 'unavailable' } }),
      ...atBothDoors({ expects: { status: 503, code: 'unavailable' } }),
      { act: 'arm', state: 'up' },
      { act: 'pass', ms: 1000 },
      ...atBothDoors({ expects: refused }),
      ...letInAtBothDoors({ from: 'vm01' }),
    ],
  },
  {
    name: 'address: of a VM that goes round the second proxy',
    settings: byProxy,
    steps: atBothDoors({ from: 'vm01', expects: refused }),
  },
  {
    name: 'address: the VM’s, claimed before what the second proxy wrote',
    settings: byProxy,
    steps: atBothDoors({ headers: { 'x-forwarded-for': '10.0.0.4, 203.0.113.7' }, expects: refused }),
  },
  ...Object.entries(notTheVms).map(([what, written]) => ({
    name: `address: the VM’s, by a proxy, ${what}`,
    settings: byProxy,
    steps: atBothDoors({ headers: { 'x-forwarded-for': written }, expects: refused }),
  })),
  {
    name: 'address: the VM’s own, in other spellings of IPv6',
    settings: byProxy,
    steps: theVms.flatMap((written) => letInAtBothDoors({ headers: { 'x-forwarded-for': written } })),
  },
  {
    name: 'address: the VM’s own, by a proxy',
    settings: byProxy,
    steps: ['10.0.0.4', ' 10.0.0.4 ', '10.0.0.4:51234', '127.0.1.2, 10.0.0.4'].flatMap((written) =>
      letInAtBothDoors({ headers: { 'x-forwarded-for': written } }),
    ),
  },
  {
    name: 'address: fifty calls of a stranger have ARM asked no more than twice',
    settings: ip,
    steps: [{ times: 50, expects: refused }],
    asksMax: { arm: 2 },
  },
  ...insecureAddresses,
];
