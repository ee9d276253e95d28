import { HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claim } from '../../src/core/claim.ts';
import { isAppError } from '../../src/core/errors.ts';
import { parseReport } from '../../src/core/request.ts';
import type { World } from '../../src/core/world.ts';
import { openTown, type Town } from '../core/town.ts';
import { behindOneAddress, contextOf, fromAnyVm, openDoor } from '../functions/doors.ts';
import type { Memory } from '../sim/memory.ts';
import { anyJson, anyText, halfCharacter, inAnyCase, nested } from './any.ts';

type Door = (request: HttpRequest, context: InvocationContext, world: World) => Promise<HttpResponseInit>;
const { funcHttpVMStop } = (await openDoor('funcHttpVMStop')) as unknown as Record<string, Door>;
const { funcHttpVMNext } = (await openDoor('funcHttpVMNext')) as unknown as Record<string, Door>;

const { funcHttpJob } = (await openDoor('funcHttpJob')) as unknown as Record<string, Door>;

const statuses = [200, 400, 403, 404, 409, 429, 503];
const fileNames = ['work', 'given', 'waits', 'a b/ü#?.json'];

/** A pool in the middle of its work: a file in work on vm01, one that vm02 was given, two that wait. */
async function busyTown(): Promise<Town> {
  const opened = openTown(['vm01', 'vm02', { name: 'VM-off', disabled: true }]);
  const town = { ...opened, world: behindOneAddress(opened.world) };
  await town.arrive('work');
  await claim('vm01', town.world);
  for (const fileName of fileNames.slice(1)) await town.arrive(fileName);
  return town;
}

// ETags are given out in order, so that every such town has the same job ids.
const jobIds = [...(await busyTown()).memory.jobs.keys()];

const value = {
  vmName: fc.constantFrom('vm01', 'VM02', 'vm-off', 'vm99'),
  fileName: fc.constantFrom(...fileNames),
  jobId: fc.constantFrom(...jobIds),
  attempt: fc.constantFrom(1, 2, '1', 3),
  status: fc.constantFrom('ok', 'failed', 'OK'),
  resultName: fc.constantFrom('r.json', '', '\ud83d'),
  error: anyText,
  durationMs: fc.constantFrom(0, 12, '12'),
  release: fc.constantFrom(true, 'True', false),
  permanent: fc.constantFrom(true, 'TRUE', false),
};
const parameterNames = Object.keys(value) as (keyof typeof value)[];
const names = fc.constantFrom(
  ...parameterNames,
  'code',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
);

/** Parameters as a caller gives them: known ones in any case of letters and with a good value, and anything else. */
const good = fc.constantFrom(...parameterNames).chain((name) => fc.tuple(inAnyCase(name), value[name]));
const bad = fc.oneof(fc.tuple(names.chain(inAnyCase), anyJson), fc.tuple(anyText, anyJson));
const call = fc
  .oneof(
    fc.record(
      { vmName: value.vmName, jobId: value.jobId, attempt: value.attempt },
      { requiredKeys: ['vmName'] },
    ),
    fc.constantFrom(
      { vmName: 'vm01', jobId: jobIds[0], attempt: 1 },
      { vmName: 'VM01', fileName: 'work' },
      { vmName: 'vm02', fileName: 'given' },
    ),
  )
  .map((base) => Object.entries(base));
const pairs = fc
  .tuple(
    call,
    fc.array(fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: bad }), { maxLength: 4 }),
  )
  .map(([base, more]): [string, unknown][] => [...base, ...more]);
const query = fc
  .oneof({ weight: 1, arbitrary: pairs }, { weight: 2, arbitrary: fc.constant([]) })
  .map((given) => given.map(([name, item]): [string, string] => [name, String(item)]));

const body = fc.oneof(
  { weight: 6, arbitrary: pairs.map((given) => JSON.stringify(Object.fromEntries(given))) },
  { weight: 1, arbitrary: anyJson.map((given) => JSON.stringify(given)) },
  { weight: 1, arbitrary: fc.oneof(anyText, nested) },
  { weight: 1, arbitrary: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc.tuple(names, nested).map(([name, text]) => `{"vmName":"vm01","${name}":${text}}`),
  },
);

/** A request as the host would hand it over. */
function requestOf(
  method: 'GET' | 'POST',
  given: [string, string][],
  content: string | Buffer,
  params: Record<string, string> = {},
): HttpRequest {
  const url = `http://localhost/api/x?${new URLSearchParams(given)}`;
  const headers = fromAnyVm;
  if (method === 'GET') return new HttpRequest({ method, url, params, headers });
  return new HttpRequest({ method, url, params, headers, body: { bytes: Buffer.from(content) } });
}

/** Everything that the world holds, but for the log. */
function tablesOf({ fresh: _, log: __, ...tables }: Memory) {
  return structuredClone(tables);
}

/** The same but for what a VM of the pool changes by merely speaking: that it was heard, and that it is running. */
function withoutGreeting({ heard: _, vms, ...tables }: ReturnType<typeof tablesOf>) {
  return {
    ...tables,
    files: [...vms.values()].map(({ name, files }) => ({ name, files })),
    blobs: tables.files,
  };
}

describe('parameters', () => {
  it('count in any case of letters, the body over the query, the later over the earlier', async () => {
    const otherNames = fc.array(fc.tuple(inAnyCase('vmName'), fc.constantFrom('vm98', 'vm99')), {
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(otherNames, otherNames, inAnyCase('vmName'), async (given, first, last) => {
        const pairs: [string, string][] = [...first.filter(([name]) => name !== last), [last, 'vm01']];
        const content = `{${pairs.map(([name, text]) => `"${name}":"${text}"`).join()}}`;
        const { world } = await busyTown();
        const answer = await funcHttpVMNext?.(requestOf('POST', given, content), contextOf(), world);
        expect(answer?.jsonBody).toMatchObject({ vmName: 'vm01' });
      }),
    );
  });
});

describe('the texts of a report', () => {
  it('are such as URLs and tables take, or it is refused', () => {
    const texts = fc.record(
      { vmName: anyText, fileName: anyText, resultName: anyText },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(texts, (texts) => {
        try {
          const { vmName, fileName = '', resultName } = parseReport({ vmName: 'vm01', ...texts });
          for (const text of [vmName, fileName, resultName]) expect(text).not.toMatch(halfCharacter);
        } catch (error) {
          expect(isAppError(error, 'bad_input'), String(error)).toBe(true);
        }
      }),
    );
  });
});

describe.each([
  ['funcHttpVMStop', funcHttpVMStop, fc.constantFrom('GET' as const, 'POST' as const)],
  ['funcHttpVMNext', funcHttpVMNext, fc.constant('POST' as const)],
])('%s', (_name, door, methods) => {
  it('answers whatever it is asked, and a refusal changes nothing', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(methods, query, body, async (method, given, content) => {
        const { world, memory } = await busyTown();
        const before = tablesOf(memory);
        const answer = await door?.(requestOf(method, given, content), contextOf(), world);
        const status = answer?.status ?? 200;
        expect(statuses).toContain(status);
        expect(status, 'bad input is not our failure').toBeLessThan(500);
        if (status === 200) {
          expect(answer?.jsonBody).toMatchObject({ stop: expect.any(Boolean) });
          for (const job of memory.results.values()) expect(job.resultName).not.toMatch(halfCharacter);
          seen.set('200', (seen.get('200') ?? 0) + 1);
          return;
        }
        expect(answer?.headers).toMatchObject({ 'Content-Type': 'application/problem+json' });
        const { code, detail, ...problem } = JSON.parse(String(answer?.body));
        expect(problem).toMatchObject({ type: 'about:blank', status, title: expect.any(String) });
        expect(code).toMatch(/^[a-z_]+$/);
        expect(detail).toMatch(/^.{10,500}$/s);
        expect(detail).not.toContain('undefined');
        seen.set(code, (seen.get(code) ?? 0) + 1);
        const after = tablesOf(memory);
        if (code === 'not_proven') expect(after).toEqual(before);
        else expect(withoutGreeting(after)).toEqual(withoutGreeting(before));
      }),
      { numRuns: 200 },
    );
    for (const code of ['200', 'bad_input', 'not_proven']) expect(seen.keys()).toContain(code);
  });
});

describe('funcHttpJob', () => {
  it('answers whatever it is asked, and a refusal changes nothing', async () => {
    const id = fc.oneof(value.jobId, fc.constant(undefined), anyText);
    const order = fc.oneof(
      fc.constantFrom('cancel', 'retry', 'defer', 'release', 'assign', undefined, undefined),
      anyText,
    );
    const methods = fc.constantFrom('GET' as const, 'POST' as const);
    const more = fc
      .array(
        fc.oneof(
          fc.tuple(inAnyCase('state'), fc.oneof(fc.constantFrom('failed', 'assigned', 'completed'), anyText)),
          fc.tuple(inAnyCase('root'), fc.oneof(value.jobId, anyText)),
          fc.tuple(fc.constantFrom('continuation', 'count'), fc.oneof(fc.nat(300).map(String), anyText)),
        ),
        { maxLength: 3 },
      )
      .map((given): [string, string][] => given.map(([name, text]) => [name, text]));
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        methods,
        fc.oneof(query, more),
        fc.oneof(body, fc.constant('')),
        id,
        order,
        async (method, given, content, id, order) => {
          const { world, memory } = await busyTown();
          const before = tablesOf(memory);
          const params = {
            ...(id !== undefined && { id }),
            ...(id !== undefined && order !== undefined && { order }),
          };
          const asked = requestOf(method, given, content, params);
          const answer = await funcHttpJob?.(asked, contextOf(), world);
          const status = answer?.status ?? 200;
          expect([...statuses, 405]).toContain(status);
          expect(status, 'bad input is not our failure').toBeLessThan(500);
          seen.add(String(status));
          if (status === 200 && method === 'POST') return;
          if (status !== 200)
            expect(JSON.parse(String(answer?.body))).toMatchObject({
              status,
              code: expect.stringMatching(/^[a-z_]+$/),
            });
          expect(tablesOf(memory)).toEqual(before);
        },
      ),
      { numRuns: 200 },
    );
    expect([...seen].sort()).toEqual(expect.arrayContaining(['200', '400', '404', '405']));
  });
});
