import { wrongIn } from '../attack/judge.ts';
import type { Hit, Shot } from './shot.ts';

/** What is wrong with the answer to a shot; undefined if it is one of those that are right. */
export function wrongWith(hit: Hit, shot: Shot): string | undefined {
  const { method } = 'bytes' in shot ? { method: 'GET' } : shot;
  const fitting = shot.expects.filter(({ status }) => status === hit.status);
  const wanted = [...new Set(shot.expects.map(({ status, code }) => `${status}${code ? ` ${code}` : ''}`))];
  if (fitting.length === 0)
    return `answered ${hit.status} ${hit.body.slice(0, 300)} instead of ${wanted.join(' or ')}`;
  if (method === 'HEAD') return undefined;
  const wrongs = fitting.map((expected) => wrongIn(hit, expected));
  return wrongs.includes(undefined) ? undefined : wrongs[0];
}

/** The stable word in an answer, or nothing. */
export function codeOf({ body }: Hit): string {
  return /"code":"(\w+)"/.exec(body)?.[1] ?? '';
}
