import { isDeepStrictEqual } from 'node:util';
import type { Answer, Expected } from './attack.ts';

/** What an answer of ours never has in it: the inside. */
const inside =
  /node_modules|\bat .*:\d+:\d+|[\w-]+\.ts\b|AppError|TypeError|\bjose\b|principal-of|\/subscriptions\//i;

/** Headers that are the connection's, or tell the call and not the caller. */
const ofTheCall = ['date', 'connection', 'keep-alive', 'transfer-encoding', 'x-correlation-id'];

/** What is wrong with an answer; undefined if it is as it should be. */
export function wrongIn(answer: Answer, expects: Expected): string | undefined {
  const { status, body } = answer;
  const shown = `${status} ${body.slice(0, 300)}`;
  if (status !== expects.status) return `answered ${shown} instead of ${expects.status}`;
  if (status >= 400 && inside.test(body)) return `the answer shows the inside: ${shown}`;
  if (expects.code === undefined && status >= 400)
    return body === '' ? undefined : `answered ${shown} instead of nothing`;
  const read = parse(body);
  const wanted = { ...expects.answer, ...(expects.code !== undefined && { code: expects.code }) };
  for (const [name, value] of Object.entries(wanted))
    if (!isDeepStrictEqual(read?.[name], value))
      return `answered ${shown}, its ${name} is not ${JSON.stringify(value)}`;
  const mustSayWhen = status === 503 || status === 429;
  if (mustSayWhen && !/^\d+$/.test(String(answer.headers['retry-after'])))
    return 'it does not say when to try again';
  return undefined;
}

/** All of a refusal that its receiver could learn something from; the same of every other, or some caller is told more than others. */
export function toldBy({ headers, body }: Answer): string {
  const told = Object.entries(headers).filter(([name]) => !ofTheCall.includes(name));
  return JSON.stringify([told.sort(([a], [b]) => (a < b ? -1 : 1)), body]);
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
