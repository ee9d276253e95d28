import type { Parts } from './parts.ts';
import type { RawShot } from './shot.ts';

/** What is no HTTP, or no more than nearly: answered with a refusal, or closed. `vanish`: nobody waits for an answer. */
export function rawShot({ chance, scene, odd }: Parts): RawShot {
  const key = `x-functions-key: ${scene.vmKey}`;
  const host = `Host: 127.0.0.1:${scene.port}`;
  const stop = `/api/funcHttpVMStop?vmName=${chance.pick(scene.vms)}`;
  const make = (kind: string, text: string | Buffer, ending: RawShot['ending'] = 'close'): RawShot => ({
    kind: `raw: ${kind}`,
    bytes: Buffer.from(text as string, 'latin1'),
    ending,
    expects: [400, 401, 404, 413, 417, 431, 501, 505].map((status) => ({ status })).concat(refused),
  });
  const post = (headers: string[], body: string) =>
    [`POST ${stop} HTTP/1.1`, host, key, ...headers, '', body].join('\r\n');
  return chance.pick<() => RawShot>([
    () => make('noise', chance.bytes(chance.whole(1, 400))),
    () => make('an odd text', Buffer.from(odd.text(), 'utf8')),
    () => make('TLS', Buffer.concat([Buffer.from('16030100f5010000f10303', 'hex'), chance.bytes(234)])),
    () => make('HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'wait'),
    () =>
      make(
        'another version',
        `GET ${stop} HTTP/${chance.pick(['0.9', '3.0', '1.2', 'x'])}\r\n${host}\r\n${key}\r\n\r\n`,
        'wait',
      ),
    () => make('HTTP/1.0', `GET ${stop} HTTP/1.0\r\n${key}\r\n\r\n`, 'wait'),
    () => make('no version', `GET ${stop}\r\n\r\n`, 'wait'),
    () => make('no host', `GET ${stop} HTTP/1.1\r\n${key}\r\n\r\n`, 'wait'),
    () => make('two hosts', `GET ${stop} HTTP/1.1\r\n${host}\r\n${host}\r\n${key}\r\n\r\n`, 'wait'),
    () => make('no method', ` ${stop} HTTP/1.1\r\n${host}\r\n\r\n`),
    () => make('CONNECT', `CONNECT 127.0.0.1:${scene.port} HTTP/1.1\r\n${host}\r\n\r\n`, 'wait'),
    () => make('bare line feeds', `GET ${stop} HTTP/1.1\n${host}\n${key}\n\n`, 'wait'),
    () =>
      make(
        'a folded header',
        `GET ${stop} HTTP/1.1\r\n${host}\r\nx-folded: a\r\n b\r\n${key}\r\n\r\n`,
        'wait',
      ),
    () =>
      make(
        'a space before the colon',
        `GET ${stop} HTTP/1.1\r\n${host}\r\nx-functions-key : ${scene.vmKey}\r\n\r\n`,
        'wait',
      ),
    () => make('no name of a header', `GET ${stop} HTTP/1.1\r\n${host}\r\n: x\r\n\r\n`, 'wait'),
    () =>
      make('a null in a header', `GET ${stop} HTTP/1.1\r\n${host}\r\nx-a: b\0c\r\n${key}\r\n\r\n`, 'wait'),
    () =>
      make(
        'a line break in the path',
        `GET ${stop}\r\nx-functions-key: ${scene.vmKey} HTTP/1.1\r\n${host}\r\n\r\n`,
        'wait',
      ),
    () => make('spaces in the path', `GET ${stop} x y HTTP/1.1\r\n${host}\r\n${key}\r\n\r\n`, 'wait'),
    () => make('high bytes in the path', `GET ${stop}\xff\xfe HTTP/1.1\r\n${host}\r\n${key}\r\n\r\n`, 'wait'),
    () =>
      make(
        'a long header',
        `GET ${stop} HTTP/1.1\r\n${host}\r\nx-long: ${'l'.repeat(70_000)}\r\n${key}\r\n\r\n`,
        'wait',
      ),
    () =>
      make(
        'a long path',
        `GET ${stop}&x=${'l'.repeat(70_000)} HTTP/1.1\r\n${host}\r\n${key}\r\n\r\n`,
        'wait',
      ),
    () =>
      make(
        'a bad length',
        post(
          [`Content-Length: ${chance.pick(['-1', '1e3', '0x10', '99999999999999999999', '2, 2', ''])}`],
          '{}',
        ),
        'wait',
      ),
    () => make('two lengths', post(['Content-Length: 2', 'Content-Length: 3'], '{}x'), 'wait'),
    () =>
      make(
        'length and chunks',
        post(['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\nGET ${stop} HTTP/1.1\r\n\r\n`),
        'wait',
      ),
    () =>
      make(
        'an unknown encoding',
        post(
          [
            `Transfer-Encoding: ${chance.pick(['xchunked', 'gzip, chunked', 'chunked, chunked', 'identity'])}`,
          ],
          '0\r\n\r\n',
        ),
        'wait',
      ),
    () =>
      make(
        'a bad chunk',
        post(
          ['Transfer-Encoding: chunked'],
          `${chance.pick(['-1', 'zz', 'fffffffffffffffff', '2;\0', ''])}\r\n{}\r\n0\r\n\r\n`,
        ),
        'wait',
      ),
    () =>
      make(
        'a trailer',
        post(['Transfer-Encoding: chunked'], `2\r\n{}\r\n0\r\n${key}\r\nauthorization: Bearer x\r\n\r\n`),
        'wait',
      ),
    () => make('a body that ends early', post(['Content-Length: 1000'], '{"vmName":')),
    () => make('a body that breaks off', post(['Content-Length: 1000'], '{"vmName":'), 'vanish'),
    () => make('chunks that break off', post(['Transfer-Encoding: chunked'], '5\r\n{"vm'), 'vanish'),
    () => make('headers that break off', `GET ${stop} HTTP/1.1\r\n${host}\r\nx-fu`, 'vanish'),
    () => make('a caller who leaves', post(['Content-Length: 2'], '{}'), 'vanish'),
    () => make('three in a row', `GET ${stop} HTTP/1.1\r\n${host}\r\n${key}\r\n\r\n`.repeat(3), 'wait'),
    () => make('another expectation', post(['Expect: a-miracle', 'Content-Length: 2'], '{}'), 'wait'),
    () => make('nothing', '', 'close'),
  ])();
}

const refused = [{ status: 403, code: 'not_proven' }];
