import type { Answer, Attack, Call, Given, Headers, Key, Keys, Target, Town } from './attack.ts';
import { toldBy, wrongIn } from './judge.ts';

/** How an attack ended; `why` says what is wrong if it is not as it should be. */
export interface Ended {
  name: string;
  /** `broken`: nothing was found out, since it could not be made. */
  outcome: 'ok' | 'failed' | 'passed over' | 'broken';
  why?: string;
}

/** A reason and who called; more is the caller's own story. */
const rowLengthMax = 600;

/** Thrown where a target cannot have it done. */
class CannotBeDone extends Error {}

/** Makes an attack on a target, and judges every answer and what it has changed. */
export async function runAttack(attack: Attack, target: Target): Promise<Ended> {
  const { name } = attack;
  try {
    const why = (await runSteps(attack, target)) ?? (await wrongInAll(attack, target));
    return why === undefined ? { name, outcome: 'ok' } : { name, outcome: 'failed', why };
  } catch (error) {
    if (error instanceof CannotBeDone) return { name, outcome: 'passed over', why: error.message };
    return { name, outcome: 'broken', why: String(error instanceof Error ? error.stack : error) };
  }
}

async function runSteps({ steps }: Attack, target: Target): Promise<string | undefined> {
  const refusals = new Set<string>();
  let before = await target.snapshot();
  for (const [index, step] of steps.entries()) {
    const place = `step ${index + 1} of ${steps.length}`;
    if ('check' in step) {
      const why = await step.check();
      if (why !== undefined) return `${place}: ${why}`;
    } else if ('act' in step) {
      if (!(await target.act(step))) throw new CannotBeDone(`${step.act} cannot be done here`);
      before = await target.snapshot();
    } else {
      const why =
        (await runCall(step, target, refusals)) ??
        changedBy(given(step.changes, target.town), before, await target.snapshot());
      if (why !== undefined) return `${place}: ${why}`;
      if (step.changes) before = await target.snapshot();
    }
  }
  return undefined;
}

/** `refusals`: all that any refusal of this attack has told. */
async function runCall(call: Call, target: Target, refusals: Set<string>): Promise<string | undefined> {
  const turns = Array.from({ length: call.times ?? 1 }, (_, turn) => turn);
  if (call.atOnce)
    return (await Promise.all(turns.map((turn) => runTurn(call, turn, target, refusals)))).find(Boolean);
  for (const turn of turns) {
    const why = await runTurn(call, turn, target, refusals);
    if (why !== undefined) return why;
  }
  return undefined;
}

async function runTurn(
  call: Call,
  turn: number,
  target: Target,
  refusals: Set<string>,
): Promise<string | undefined> {
  const { request, token } = await requestOf(call, turn, target);
  const answer = await target.send(request);
  if (call.expects.code === 'not_proven') refusals.add(toldBy(answer));
  const why =
    wrongIn(answer, call.expects) ??
    wrongInTrace(token, answer, target) ??
    (refusals.size > 1 ? `one refusal is told from another: ${[...refusals].join(' and ')}` : undefined);
  return why === undefined ? undefined : `${request.method} ${request.path.slice(0, 200)}: ${why}`;
}

async function requestOf(call: Call, turn: number, target: Target) {
  const { town, mint, keys } = target;
  const { door = 'funcHttpVMStop', from = 'stranger' } = call;
  const body = bodyOf(call, town);
  const method = call.method ?? (body !== undefined || door === 'funcHttpVMNext' ? 'POST' : 'GET');
  const caller = typeof from === 'function' ? from(turn) : from;
  const localAddress = target.addressOf(caller);
  if (localAddress === undefined) throw new CannotBeDone(`this machine has no address for ${caller}`);
  const token = call.token?.(mint);
  const more = typeof call.headers === 'function' ? await call.headers(mint, town) : call.headers;
  const key = keyOf(call.key ?? (door === 'jobs' ? 'operator' : 'vm'), keys);
  const headers: Headers = {
    ...(key !== undefined && { 'x-functions-key': key }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...more,
  };
  const path = `/${door}${given(call.path, town) ?? ''}${queryOf(call, town)}`;
  const request = { method, path, headers, body, chunked: call.chunked ?? false, localAddress };
  return { request, token };
}

function given<T>(value: Given<T> | undefined, town: Town): T | undefined {
  return typeof value === 'function' ? (value as (town: Town) => T)(town) : value;
}

function bodyOf(call: Call, town: Town): Uint8Array | undefined {
  const body = given(call.body, town);
  if (body === undefined || body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function queryOf(call: Call, town: Town): string {
  const isSaid = call.query !== undefined || call.body !== undefined || call.door === 'jobs';
  const query = isSaid ? given(call.query, town) : { vmName: 'vm01', fileName: town.work.fileName };
  if (query === undefined) return '';
  return `?${typeof query === 'string' ? query : new URLSearchParams(query)}`;
}

function keyOf(key: Key | { text: (keys: Keys) => string }, keys: Keys): string | undefined {
  if (typeof key === 'object') return key.text(keys);
  return key === 'none' ? undefined : keys[key];
}

function changedBy(
  changes: 'all' | readonly string[] | undefined,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string | undefined {
  if (changes === 'all') return undefined;
  const names = new Set([...before.keys(), ...after.keys()]);
  const changed = [...names].filter(
    (name) => before.get(name) !== after.get(name) && !changes?.some((start) => name.startsWith(start)),
  );
  return changed.length > 0 ? `it has changed ${changed.join(', ')}` : undefined;
}

/** No key and no token is written down anywhere, nor the part of a token that makes it one. */
function wrongInTrace(token: string | undefined, { body }: Answer, target: Target): string | undefined {
  const { vm, operator } = target.keys;
  const signature = token?.split('.').at(-1) ?? '';
  const secrets = [vm, operator, ...(signature.length < 40 ? [] : [signature])];
  const trace = target.trace();
  if (secrets.some((secret) => trace.includes(secret))) return 'the trace has a key or a token';
  return secrets.some((secret) => body.includes(secret)) ? 'the answer has a key or a token' : undefined;
}

/** What an attack must not have done in all. */
async function wrongInAll({ notedMax, asksMax }: Attack, target: Target): Promise<string | undefined> {
  const refusals = await target.refusals();
  for (const row of refusals.map((refusal) => Object.values(refusal).join(' '))) {
    if (/eyJ[\w-]{20,}\.[\w-]{20,}/.test(row)) return `the log has a token: ${row.slice(0, 300)}`;
    if (row.length > rowLengthMax)
      return `a row of the log has ${row.length} characters: ${row.slice(0, 300)}`;
    if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(row))
      return `the log has what ends a line or turns it round: ${JSON.stringify(row).slice(0, 300)}`;
  }
  if (notedMax !== undefined && refusals.length > notedMax)
    return `the log has ${refusals.length} refusals, more than ${notedMax}`;
  const asked = target.asked();
  for (const of of ['keys', 'arm'] as const) {
    const max = asksMax?.[of];
    if (max !== undefined && asked[of] > max) return `${of}: asked ${asked[of]} times, more than ${max}`;
  }
  return undefined;
}
