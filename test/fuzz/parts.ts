import type { Expected, Headers } from '../attack/attack.ts';
import type { Chance } from './chance.ts';
import type { Odd } from './odd.ts';
import type { Prover } from './proofs.ts';
import type { Scene } from './scene.ts';
import type { HttpShot } from './shot.ts';

/** What every kind of shot is made of. */
export interface Parts {
  scene: Scene;
  chance: Chance;
  odd: Odd;
  prover: Prover;
}

/** A key, where it stands, and whether it opens the door. */
export interface GivenKey {
  kind: string;
  headers: Headers;
  /** Of the query, before all others. */
  query: [string, string][];
  isRight: boolean;
}

/** A key that opens what is behind it in most cases: else nobody would get past the front. A header goes before the query. */
export function keyFor({ chance, odd }: Parts, right: string, wrongs: readonly string[]): GivenKey {
  const inHeader = (kind: string, key: string | string[], isRight = false): GivenKey => ({
    kind,
    headers: { 'x-functions-key': key },
    query: [],
    isRight,
  });
  const inQuery = (kind: string, key: string, isRight = false): GivenKey => ({
    kind,
    headers: {},
    query: [['code', key]],
    isRight,
  });
  const wrong = () =>
    chance.pick([
      ...wrongs,
      '',
      right.slice(0, -1),
      `${right}x`,
      right.toUpperCase(),
      odd.headerText(),
      odd.hex(32),
    ]);
  return chance.weighed<GivenKey>([
    [70, () => inHeader('key', right, true)],
    [15, () => inQuery('key', right, true)],
    [5, () => inHeader('a wrong key', wrong())],
    [4, () => inQuery('a wrong key', chance.pick([wrong(), odd.text()]))],
    [2, () => inHeader('two keys', [right, wrong()])],
    [2, () => ({ ...inHeader('a wrong key before the right one', `x${right}`), query: [['code', right]] })],
    [4, () => ({ kind: 'no key', headers: {}, query: [], isRight: false })],
  ]);
}

/** Headers that mean something to somebody, and must mean nothing here. None of them is a key or a token. */
export function oddHeaders({ chance, odd, scene }: Parts): Headers {
  const address = () =>
    chance.pick([
      '127.0.0.1',
      '127.0.1.1',
      '127.0.1.1:80',
      '198.18.0.1',
      '[::1]:5',
      '::ffff:127.0.1.1',
      'unknown',
      '127.0.1.1, 127.0.1.1',
      ',',
      odd.headerText(),
    ]);
  const make: (() => Headers)[] = [
    () => ({
      [chance.pick(['x-forwarded-for', 'client-ip', 'x-client-ip', 'x-real-ip', 'true-client-ip'])]:
        address(),
    }),
    () => ({ 'x-forwarded-for': [address(), address()] }),
    () => ({ forwarded: `for=${address()};proto=https` }),
    () => ({
      'x-forwarded-host': odd.headerText(),
      'x-forwarded-proto': chance.pick(['https', 'file', '']),
    }),
    () => ({ [chance.pick(['x-original-url', 'x-rewrite-url'])]: '/api/jobs?state=failed' }),
    () => ({ 'x-http-method-override': chance.pick(['DELETE', 'GET', odd.headerText()]) }),
    () => ({ 'x-functions-clientid': chance.pick(['_master', 'default', odd.headerText()]) }),
    () => ({ 'x-ms-client-principal': chance.pick(['e30=', 'W10=', odd.headerText()]) }),
    () => ({ 'x-ms-client-principal-name': chance.pick(scene.vms) }),
    () => ({ 'x-identity-header': odd.hex(64) }),
    () => ({
      'content-type': chance.pick([
        'application/json',
        'text/xml',
        'multipart/form-data; boundary=x',
        'application/json; charset=utf-16',
        odd.headerText(),
      ]),
    }),
    () => ({ 'content-encoding': chance.pick(['gzip', 'br', odd.headerText()]) }),
    () => ({ 'if-match': '*' }),
    () => ({ range: 'bytes=0-' }),
    () => ({ cookie: odd.headerText() }),
    () => ({ expect: '100-continue' }),
    () => ({ upgrade: 'websocket', connection: 'upgrade' }),
    () => ({ connection: 'close' }),
    () => ({ te: 'trailers' }),
    () => ({ [`x-${odd.hex(6)}`]: odd.headerText() }),
    () => Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x-many-${index}`, 'v'])),
  ];
  const count = chance.weighed([
    [40, () => 0],
    [35, () => 1],
    [20, () => 2],
    [5, () => 4],
  ]);
  return Object.assign({}, ...Array.from({ length: count }, () => chance.pick(make)()));
}

/** Names in any case of letters. */
export function inSomeCase(chance: Chance, name: string): string {
  if (chance.chance(0.7)) return name;
  return [...name].map((letter) => (chance.chance(0.5) ? letter.toUpperCase() : letter)).join('');
}

/** A query; some of it is percent-encoded as no library would. */
export function queryOf({ chance }: Parts, pairs: readonly [string, string][]): string {
  if (pairs.length === 0) return chance.chance(0.05) ? '?' : '';
  const text = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString();
  const more = chance.chance(0.05)
    ? chance.pick(['&', '&&', '&=', '&x=%zz', '&x=%ff%fe', '&%00', '&a[]=1', '&__proto__[x]=1'])
    : '';
  return `?${text}${more}`;
}

/** What a request line and headers may be answered: Node's server takes 16 KiB of them, some of which its client adds. */
export function orTooLong(
  path: string,
  headers: Headers,
  expects: readonly Expected[],
): Pick<HttpShot, 'expects' | 'isTooLong'> {
  const bytes = Object.entries(headers)
    .flatMap(([name, value]) => [value].flat().map((one) => name.length + one.length + 4))
    .reduce((sum, length) => sum + length, path.length);
  const isTooLong = bytes > 15 * 1024;
  return { isTooLong, expects: isTooLong ? [...expects, { status: 431 }] : expects };
}
