import { type Agent, type RequestOptions, request } from 'node:http';
import { connect } from 'node:net';
import { readAnswer } from '../attack/read-answer.ts';
import type { Hit, HttpShot, RawShot } from './shot.ts';

/** Longer than any answer takes, also while all others want one. */
const answerMsMax = 30_000;

/** Node's own client does not send it. */
export class Unsendable extends Error {}

/**
 * Sends a request and reads the whole answer; undefined if it was too long and is cut off: the server answers and closes before it has
 * read all of it, and then TCP may drop the answer (RFC 9112, 9.6). Throws `Unsendable`, or what went wrong: then it was well-formed and has no answer. On
 * a connection that the server closed while the request was on its way it is sent once more, as RFC 9112 (9.3.1) has clients do.
 */
export async function send(shot: HttpShot, port: number, agent: Agent): Promise<Hit | undefined> {
  try {
    return await sendOnce(shot, port, agent);
  } catch (error) {
    if (!(error instanceof ClosedBefore)) throw error;
    return await sendOnce(shot, port, false);
  }
}

class ClosedBefore extends Error {}

function sendOnce(shot: HttpShot, port: number, agent: Agent | false): Promise<Hit | undefined> {
  const { method, path, headers, body, isChunked, localAddress } = shot;
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      // After an `Upgrade` that nobody takes, Node's server leaves what it cannot parse on the same connection without an answer.
      agent: headers.upgrade === undefined ? agent : false,
      ...{ hostname: '127.0.0.1', port, method, path },
      ...(localAddress !== undefined && { localAddress }),
      // Node's client gives no length to the body of a GET by itself.
      headers: {
        ...headers,
        ...(body &&
          (isChunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(body.length) })),
      },
    };
    let sent: ReturnType<typeof request>;
    try {
      sent = request(options);
    } catch (error) {
      return reject(new Unsendable(String(error)));
    }
    sent.setTimeout(answerMsMax, () => sent.destroy(new Error(`no answer in ${answerMsMax / 1000} s`)));
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      if (isClosed && sent.reusedSocket) reject(new ClosedBefore(error.message));
      else if (isClosed && shot.isTooLong) resolve(undefined);
      else reject(error);
    });
    sent.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: '' });
    });
    sent.on('response', (response) => resolve(readAnswer(response)));
    sent.end(body);
  });
}

/** How long bytes may be left without an answer and without an end. */
const rawMsMax = 10_000;

/** Sends bytes on a connection of their own; undefined if it was closed without an answer, which is right for what is no HTTP. */
export function sendRaw({ bytes, ending }: RawShot, port: number): Promise<Hit | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const read: Buffer[] = [];
    socket.setTimeout(rawMsMax, () => {
      if (read.length === 0) reject(new Error(`neither an answer nor an end in ${rawMsMax / 1000} s`));
      socket.destroy();
    });
    socket.once('connect', () => {
      if (ending === 'vanish') socket.write(bytes, () => socket.resetAndDestroy());
      else if (ending === 'close') socket.end(bytes);
      else socket.write(bytes);
    });
    socket.on('data', (part) => {
      read.push(part);
      // The server keeps a connection on which all was well.
      if (ending === 'wait' && isWhole(Buffer.concat(read))) socket.end();
    });
    // The server may close with bytes of ours unread, which resets the connection.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.once('close', () => resolve(parseAnswer(Buffer.concat(read).toString('utf8'))));
  });
}

function isWhole(bytes: Buffer): boolean {
  return bytes.includes('\r\n\r\n');
}

/** The first answer of what came back. */
function parseAnswer(text: string): Hit | undefined {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, Math.max(0, end)).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(first)?.[1];
  if (status === undefined) return undefined;
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const rest = text.slice(end + 4);
  // What is in chunks here fits in one.
  const body =
    headers['transfer-encoding'] === 'chunked'
      ? rest.slice(rest.indexOf('\r\n') + 2).slice(0, Number.parseInt(rest, 16))
      : rest.slice(0, Number(headers['content-length'] ?? rest.length));
  return { status: Number(status), headers, body };
}
