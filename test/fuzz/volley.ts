import { Agent } from 'node:http';
import { codeOf, wrongWith } from './judge.ts';
import { send, sendRaw, Unsendable } from './send.ts';
import { describeShot, type Shot } from './shot.ts';

/** What came of many shots so far. */
export interface Tally {
  done: number;
  /** Answers by status and code, and what had none. */
  answers: Map<string, number>;
  /** By what was odd about them. */
  kinds: Map<string, number>;
  /** What is wrong, with the first shot that showed it and how many did. */
  findings: Map<string, { shot: string; times: number }>;
}

export function emptyTally(): Tally {
  return { done: 0, answers: new Map(), kinds: new Map(), findings: new Map() };
}

export interface VolleyOptions {
  next(): Shot;
  port: number;
  requests: number;
  /** In flight at a time. */
  parallel: number;
  tally: Tally;
  /** Ends it early. */
  ended: AbortSignal;
}

/** Fires so many shots, and judges what comes of each. */
export async function fire({ next, port, requests, parallel, tally, ended }: VolleyOptions): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: parallel });
  let begun = 0;
  const shooter = async () => {
    while (begun < requests && !ended.aborted) {
      begun += 1;
      await shoot(next(), port, agent, tally);
      tally.done += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: parallel }, shooter));
  } finally {
    agent.destroy();
  }
}

async function shoot(shot: Shot, port: number, agent: Agent, tally: Tally): Promise<void> {
  count(tally.kinds, shot.kind);
  try {
    const hit = 'bytes' in shot ? await sendRaw(shot, port) : await send(shot, port, agent);
    count(tally.answers, hit ? `${hit.status} ${codeOf(hit)}`.trim() : 'closed');
    const wrong = hit && wrongWith(hit, shot);
    if (wrong !== undefined) note(wrong, shot, tally);
  } catch (error) {
    if (error instanceof Unsendable) return count(tally.answers, 'not sent');
    count(tally.answers, 'NO ANSWER');
    note(`no answer: ${error}`, shot, tally);
  }
}

function note(what: string, shot: Shot, { findings }: Tally): void {
  const found = findings.get(what);
  if (found) found.times += 1;
  else findings.set(what, { shot: describeShot(shot), times: 1 });
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
