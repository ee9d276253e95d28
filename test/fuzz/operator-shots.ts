import { jobPlaces } from '../../src/core/moves.ts';
import { orderVerbs } from '../../src/core/orders.ts';
import type { Expected } from '../attack/attack.ts';
import { keyFor, oddHeaders, orTooLong, type Parts, queryOf } from './parts.ts';
import type { HttpShot } from './shot.ts';
import { from, noDoor, noKey } from './vm-shots.ts';

const badInput = { status: 400, code: 'bad_input' };
const notFound = { status: 404, code: 'not_found' };
const wrongMethod = { status: 405, code: 'wrong_method' };
const refused = { status: 409, code: 'move_refused' };

/** What a shot at the operators' door aims at, and what is right to answer to whoever has the key. */
interface Aim {
  kind: string;
  method: string;
  /** Parts of the path behind `jobs`, not yet encoded. */
  path: string[];
  query?: [string, string][];
  body?: Buffer;
  expects: Expected[];
}

/** A call of the operators' door that must change nothing: one without its key, a look, a search, or an order that is refused. */
export function operatorShot(parts: Parts): HttpShot {
  const { chance, scene, prover } = parts;
  const key = keyFor(parts, scene.operatorKey, [scene.vmKey]);
  const aim = chance.weighed<Aim>([
    [20, () => look(parts)],
    [40, () => search(parts)],
    [20, () => refusedOrder(parts)],
    [15, () => brokenOrder(parts)],
    [5, () => wrongWay(parts)],
  ]);
  const path = `/api/jobs${aim.path.map((part) => `/${encoded(part)}`).join('')}${queryOf(parts, [...key.query, ...(aim.query ?? [])])}`;
  const proof = chance.chance(0.2) ? prover.right(chance.pick(scene.vms)).authorization : undefined;
  const headers = { ...oddHeaders(parts), ...key.headers, ...(proof && { authorization: proof }) };
  const expects = aim.expects.includes(noDoor) || key.isRight ? aim.expects : [noKey];
  return {
    kind: `operator: ${key.isRight ? aim.kind : key.kind}`,
    ...{ method: aim.method, path, headers, ...from(parts) },
    ...(aim.body && { body: aim.body }),
    isChunked: aim.body !== undefined && chance.chance(0.2),
    // `.` and `..` are resolved before anything is looked at, also where they are percent-encoded.
    ...orTooLong(path, headers, [
      ...expects,
      ...(aim.path.some(isDots) ? [noDoor, noKey, badInput, wrongMethod, notFound, { status: 200 }] : []),
    ]),
  };
}

/** A job by its id. */
function look({ chance, scene, odd }: Parts): Aim {
  return chance.weighed<Aim>([
    [
      60,
      () => {
        const { id } = chance.pick(scene.jobs);
        return {
          kind: 'a job',
          method: 'GET',
          path: [id],
          expects: [{ status: 200, answer: { jobId: id } }],
        };
      },
    ],
    [
      20,
      () => ({ kind: 'a job that is not there', method: 'GET', path: [odd.hex(40)], expects: [notFound] }),
    ],
    [
      20,
      () => {
        const id = odd.text();
        const expects = id === '' ? [badInput] : [notFound, badInput];
        // A slash is one of the id when it is encoded.
        return { kind: 'what is no job id', method: 'GET', path: [id], expects };
      },
    ],
  ]);
}

function search({ chance, scene, odd }: Parts): Aim {
  const states = Object.keys(jobPlaces);
  const choices: Record<string, () => string> = {
    fileName: () => chance.pick([chance.pick(scene.jobs).fileName, odd.text()]),
    state: () => chance.pick([...states, ...states, odd.text()]),
    vmName: () => chance.pick([chance.pick(scene.vms), odd.text()]),
    root: () => chance.pick([chance.pick(scene.jobs).id, odd.hex(40), odd.text()]),
    continuation: () =>
      chance.pick([odd.text(), odd.hex(64), Buffer.from(JSON.stringify(odd.json())).toString('base64')]),
    count: () => chance.pick(['1', '2', '200', '0', '201', '-1', odd.text()]),
    [odd.hex(4)]: odd.text,
  };
  const query = Object.entries(choices)
    .filter(() => chance.chance(0.35))
    .map(([name, value]): [string, string] => [name, value()]);
  return { kind: 'a search', method: 'GET', path: [], query, expects: [{ status: 200 }, badInput] };
}

/** An order of a real job that its state does not permit, or of one that is not there. */
function refusedOrder({ chance, scene, odd }: Parts): Aim {
  const job = chance.pick(scene.jobs);
  const query: [string, string][] = [['vmName', chance.pick(scene.vms)]];
  if (job.refused.length > 0 && chance.chance(0.7))
    return {
      ...{ kind: 'a refused order', method: 'POST', path: [job.id, chance.pick(job.refused)] },
      ...{ query, expects: [refused] },
    };
  return {
    ...{ kind: 'an order of no job', method: 'POST', path: [odd.hex(40), chance.pick(orderVerbs)] },
    ...{ query, expects: [notFound] },
  };
}

function brokenOrder({ chance, scene, odd }: Parts): Aim {
  const { id } = chance.pick(scene.jobs);
  const broken = (path: string[], more: Partial<Aim> = {}): Aim => ({
    ...{ kind: 'a broken order', method: 'POST', path, expects: [badInput] },
    ...more,
  });
  return chance.weighed<Aim>([
    [30, () => broken([id, chance.pick(['Cancel', 'delete', 'retry ', 'constructor', '__proto__'])])],
    [20, () => broken([id, `x${odd.text()}`])],
    [20, () => broken([id, 'assign'])],
    [
      10,
      () =>
        broken([id, 'assign'], { query: [['vmName', chance.pick(['..', 'no name', "vm01' or '1' eq '1"])]] }),
    ],
    [
      30,
      () =>
        broken([id, chance.pick(orderVerbs)], {
          body: Buffer.from(chance.pick(['{', '[]', '1', '"x"', 'null'])),
        }),
    ],
  ]);
}

/** The other method, a path that is too long, or a method that the door has not. */
function wrongWay({ chance, scene, odd }: Parts): Aim {
  const { id } = chance.pick(scene.jobs);
  return chance.pick<Aim>([
    { kind: 'the other method', method: 'POST', path: [], expects: [wrongMethod] },
    { kind: 'the other method', method: 'POST', path: [id], expects: [wrongMethod] },
    { kind: 'the other method', method: 'GET', path: [id, 'cancel'], expects: [wrongMethod] },
    { kind: 'a longer path', method: 'POST', path: [id, 'cancel', odd.hex(3)], expects: [noDoor] },
    { kind: 'another method', method: chance.pick(['DELETE', 'PUT', 'HEAD']), path: [id], expects: [noDoor] },
  ]);
}

function isDots(part: string): boolean {
  return part === '.' || part === '..' || part === '';
}

/** Halves of a character have no encoding. */
function encoded(part: string): string {
  return encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\ufffd'));
}
