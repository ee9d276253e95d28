import type { Headers } from '../attack/attack.ts';
import { inSomeCase, keyFor, oddHeaders, orTooLong, type Parts, queryOf } from './parts.ts';
import type { Proof } from './proofs.ts';
import type { HttpShot } from './shot.ts';

export const noDoor = { status: 404 };
export const noKey = { status: 401 };
const notProven = { status: 403, code: 'not_proven' };
const badInput = { status: 400, code: 'bad_input' };

const doors = { funcHttpVMStop: ['GET', 'POST'], funcHttpVMNext: ['POST'] } as const;
const otherMethods = ['PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH'];

/** A call of one of the VMs' doors, in which at least the proof is wrong. */
export function unprovenShot(parts: Parts): HttpShot {
  const { chance, scene, odd, prover } = parts;
  const door = chance.pick(Object.keys(doors) as (keyof typeof doors)[]);
  const method = chance.chance(0.9) ? chance.pick(doors[door]) : chance.pick([...otherMethods, 'GET']);
  const proof = chance.chance(0.85) ? prover.wrong() : prover.right(chance.pick(scene.vms));
  const key = keyFor(parts, scene.vmKey, [scene.operatorKey]);
  const given = parametersOf(parts, proof);
  const place = chance.pick(['query', 'query', 'body', 'both', 'nowhere']);
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const pairs = [
    ...key.query,
    ...(place === 'query' || place === 'both' ? given : []).map(([name, value]): [string, string] => [
      inSomeCase(chance, name),
      text(value),
    ]),
  ];
  const isInBody = place === 'body' || place === 'both';
  const odds = isInBody || chance.chance(0.6) ? undefined : odd.body();
  const body = isInBody
    ? Buffer.from(
        JSON.stringify(Object.fromEntries(given.map(([name, value]) => [inSomeCase(chance, name), value]))),
      )
    : odds?.bytes;
  const path = `/api/${inSomeCase(chance, door)}${queryOf(parts, pairs)}`;
  const headers = { ...oddHeaders(parts), ...key.headers, ...authorization(proof) };
  const isDoor = (doors[door] as readonly string[]).includes(method);
  const expected = !isDoor ? noDoor : !key.isRight ? noKey : notProven;
  return {
    kind: `VM: ${key.isRight ? proof.kind : key.kind}`,
    ...{ method, path, headers, ...from(parts) },
    ...(body && { body }),
    isChunked: body !== undefined && chance.chance(0.2),
    ...orTooLong(path, headers, [expected]),
  };
}

/** A call that is proven, and wrong for another reason: it must change nothing either. */
export function harmlessShot(parts: Parts): HttpShot {
  const { chance, scene, odd, prover } = parts;
  const vm = chance.chance(0.6) ? scene.awake : chance.pick(scene.vms);
  const door = chance.pick(Object.keys(doors));
  const key = keyFor(parts, scene.vmKey, [scene.operatorKey]);
  const isNext = door === 'funcHttpVMNext';
  const job = chance.pick(scene.jobs);
  const shape = chance.weighed<{ kind: string; expected: object; body: Buffer }>([
    [
      40,
      () => {
        const { kind, bytes } = odd.body();
        return isUnderstood(bytes)
          ? { kind: 'no JSON', expected: badInput, body: Buffer.from('{') }
          : { kind, expected: badInput, body: bytes };
      },
    ],
    [
      20,
      () => ({
        kind: 'half a job',
        expected: badInput,
        body: json(chance.chance(0.5) ? { jobId: job.id } : { attempt: 1 }),
      }),
    ],
    [
      20,
      () => ({
        kind: 'a bad attempt or job id',
        expected: badInput,
        body: json(
          chance.pick<object>([
            { jobId: job.id, attempt: chance.pick([-1, 0.5, 'one', {}, [1, 2]]) },
            { jobId: chance.pick(['..', odd.hex(39), `${job.id}0`, { $ne: 1 }]), attempt: 1 },
          ]),
        ),
      }),
    ],
    [
      40,
      () => {
        const isKnown = chance.chance(0.5);
        const jobId = isKnown ? job.id : odd.hex(job.id.length);
        const attempt = chance.chance(0.5) ? job.attempt : chance.whole(1, 9);
        // Its release would carry on with what is at rest, which changes nothing either, but is more than a refusal.
        const isRelease = isNext && !isKnown && chance.chance(0.3);
        const status = chance.pick(['ok', 'failed']);
        const body = json({ jobId, attempt, ...(isNext ? isRelease && { release: true } : { status }) });
        const expected = isNext ? { status: 409, code: 'lease_lost' } : { status: 403, code: 'not_yours' };
        return { kind: 'a job it never had', expected, body };
      },
    ],
  ]);
  // A VM that is off and calls is on after all; this one is known to be.
  const vmName = shape.kind === 'a job it never had' ? scene.awake : vm;
  const pairs: [string, string][] = [...key.query, ['vmName', inSomeCase(chance, vmName)]];
  const path = `/api/${door}${queryOf(parts, pairs)}`;
  const headers = { ...oddHeaders(parts), ...key.headers, ...authorization(prover.right(vmName)) };
  const expected = key.isRight ? (shape.expected as HttpShot['expects'][number]) : noKey;
  return {
    kind: `proven VM: ${key.isRight ? shape.kind : key.kind}`,
    ...{ method: 'POST', path, headers, ...from(parts), body: shape.body },
    isChunked: chance.chance(0.2),
    ...orTooLong(path, headers, [expected]),
  };
}

/** What a call says, with whose name. None of it is the name of the VM that its proof is of. */
function parametersOf({ chance, scene, odd }: Parts, { provesVm }: Proof): [string, unknown][] {
  const vm = () => chance.pick(scene.vms);
  const name = () =>
    chance.weighed<unknown>([
      [60, vm],
      [10, () => vm().toUpperCase()],
      [20, () => chance.pick(nearMisses(vm()))],
      [10, odd.text],
      [5, odd.json],
    ]);
  const notOfProof = (): unknown => {
    const chosen = name();
    return String(chosen).toLowerCase() === provesVm ? notOfProof() : chosen;
  };
  const job = chance.pick(scene.jobs);
  const parameters: [string, unknown][] = [];
  for (
    let count = chance.weighed([
      [90, () => 1],
      [5, () => 0],
      [5, () => 2],
    ]);
    count > 0;
    count--
  )
    parameters.push(['vmName', notOfProof()]);
  const others: [string, () => unknown][] = [
    ['fileName', () => chance.pick([chance.pick(scene.jobs).fileName, '../../etc/passwd', odd.text()])],
    ['jobId', () => chance.pick([job.id, odd.hex(job.id.length), odd.json()])],
    ['attempt', () => chance.pick<unknown>([job.attempt, -1, 1e308, 'NaN', odd.json()])],
    ['status', () => chance.pick<unknown>(['ok', 'failed', 'OK', odd.json()])],
    ['resultName', () => chance.pick(['r.json', '../r', odd.text()])],
    ['error', odd.text],
    ['durationMs', () => chance.pick<unknown>([1, -1, '1e400', odd.json()])],
    ['permanent', () => chance.pick<unknown>([true, 'True', odd.json()])],
    ['release', () => chance.pick<unknown>([true, 'true', odd.json()])],
    ['__proto__', odd.json],
    ['constructor', odd.text],
    [odd.hex(5), odd.json],
  ];
  for (const [other, value] of others) if (chance.chance(0.3)) parameters.push([other, value()]);
  return parameters;
}

function nearMisses(vm: string): string[] {
  return [
    `${vm}.`,
    ` ${vm}`,
    `${vm} `,
    `${vm}\0`,
    `${vm}\n`,
    `${vm},${vm}`,
    `./${vm}`,
    `${vm}/..`,
    `${vm}' or '1' eq '1`,
    `${vm}0`,
    vm.slice(0, -1),
    vm.replace('0', '00'),
    vm.replace('0', 'o'),
    vm.replace('v', '\uff56'),
    encodeURIComponent(encodeURIComponent(`${vm}%`)),
    'vmlist',
    'seen',
    'function-app',
    'localhost',
    `${'v'.repeat(64)}`,
    `${'v'.repeat(65)}`,
  ];
}

export function from({ chance, scene }: Parts): Pick<HttpShot, 'localAddress'> {
  const localAddress = chance.pick([undefined, ...scene.addresses]);
  return localAddress === undefined ? {} : { localAddress };
}

function authorization({ authorization }: Proof): Headers {
  return authorization === undefined ? {} : { authorization };
}

/** As no parameters or as some: then the VM that the query names asks for work, and gets it. */
function isUnderstood(body: Buffer): boolean {
  const text = body.toString('utf8');
  if (body.length > 1024 * 1024) return false;
  if (text.trim() === '') return true;
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null && !Array.isArray(read);
  } catch {
    return false;
  }
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
