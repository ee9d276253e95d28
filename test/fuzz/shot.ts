import type { Expected, Headers } from '../attack/attack.ts';

/** One request, and what may be answered to it. */
export type Shot = HttpShot | RawShot;

interface Aimed {
  /** What is odd about it, in a word or two: for the counts, and for people. */
  kind: string;
  /** Any of these is right. */
  expects: readonly Expected[];
}

/** Well-formed HTTP, sent by Node's client: it must be answered. */
export interface HttpShot extends Aimed {
  method: string;
  /** The request target as it goes out, with the query. */
  path: string;
  headers: Headers;
  body?: Uint8Array;
  /** In chunks, without a length. */
  isChunked: boolean;
  /** The server takes no request line and headers as long as these. */
  isTooLong: boolean;
  /** Where it comes from; the system's choice if not given. */
  localAddress?: string;
}

/** Bytes on a connection of their own. They may be no HTTP at all: then the connection may be closed without an answer. */
export interface RawShot extends Aimed {
  bytes: Buffer;
  /** What the caller does when they are out: wait for the answer, close its side, or be gone at once. */
  ending: 'wait' | 'close' | 'vanish';
}

/** What came of a shot. */
export interface Hit {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** A shot in a line or two, secrets and all: it was made for one world, which is gone by then. */
export function describeShot(shot: Shot): string {
  if ('bytes' in shot) return `${shot.kind}: ${cut(JSON.stringify(shot.bytes.toString('latin1')))}`;
  const { kind, method, path, headers, body, isChunked } = shot;
  const sent = body
    ? `${body.length} bytes${isChunked ? ' in chunks' : ''}: ${cut(JSON.stringify(Buffer.from(body).toString('latin1')))}`
    : 'none';
  return `${kind}: ${method} ${cut(path)}; headers ${cut(JSON.stringify(headers), 1500)}; body ${sent}`;
}

function cut(text: string, length = 600): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
}
