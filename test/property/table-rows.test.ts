import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKey, type Row, timeColumn, timeOf } from '../../src/azure/columns.ts';
import { keyOf, restingEntryOf, waitingEntryOf } from '../../src/azure/index-row.ts';
import { columnsOf as jobColumnsOf, jobOf } from '../../src/azure/job-row.ts';
import { columnsOf as vmColumnsOf, vmOf } from '../../src/azure/vm-row.ts';
import { isAppError } from '../../src/core/errors.ts';
import { entryOf } from '../../src/core/index-entry.ts';
import { historyLinesMax, type Job } from '../../src/core/job.ts';
import { jobMoves, vmMoves } from '../../src/core/moves.ts';
import type { Vm } from '../../src/core/vm.ts';
import { sampleJob, sampleVm } from '../core/samples.ts';
import { anyJson, anyNumber, anyText, halfCharacter } from './any.ts';

const hourMs = 3_600_000;
const yearMs = 365 * 24 * hourMs;

/** A time as a person writes it: well, wrongly, or for a day that never comes. */
const anyTime = fc.oneof(
  fc.date({ noInvalidDate: false }),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.integer({ min: -5 * yearMs, max: 5 * yearMs }).map((ms) => new Date(Date.now() + ms).toISOString()),
  fc.nat({ max: 2 ** 31 }).map((seconds) => seconds * 1000),
  fc.bigInt({ min: 0n, max: 10n ** 30n }),
  fc.constantFrom(
    '9'.repeat(16),
    '9'.repeat(400),
    '2026-13-45',
    '9999-12-31T23:59:59.999Z',
    '275760-09-13T00:00:00.000Z',
    '0000-01-01',
  ),
);

/** What a cell of a table may hold: any type that the client reads, and what a person may have meant by it. */
const cell = fc.oneof(
  anyText,
  anyNumber,
  anyNumber.map(String),
  anyTime,
  anyJson,
  fc.bigInt(),
  fc.boolean(),
  fc.uint8Array(),
  fc.constantFrom(null, undefined),
);

/** A JSON list of things that are almost what it should hold. */
const listOf = (item: Record<string, fc.Arbitrary<unknown>>) =>
  fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.record(item, { requiredKeys: [] }) },
        { weight: 1, arbitrary: anyJson },
      ),
      {
        maxLength: 150,
        size: 'medium',
      },
    )
    .map((list) =>
      JSON.stringify(list, (_, value) => (typeof value === 'bigint' ? String(value) : value)).slice(
        0,
        32_768,
      ),
    );

const hexId = fc.stringMatching(/^[0-9a-f]{40}$/);
const files = listOf({
  jobId: fc.oneof(hexId, anyText, anyJson),
  attempt: fc.oneof(fc.nat(9), anyNumber, anyText),
  at: anyTime,
  ticket: fc.oneof(fc.record({ messageId: anyText, popReceipt: anyText }, { requiredKeys: [] }), anyJson),
});
const history = listOf({
  at: anyTime,
  state: fc.oneof(fc.constantFrom(...Object.keys(jobMoves)), anyText),
  cause: anyText,
  attempt: anyNumber,
  vmName: anyText,
});

/** A row with any of these columns, in each either something plausible or anything at all. */
function rowOf(
  plausible: Record<string, fc.Arbitrary<unknown>>,
  required: Record<string, fc.Arbitrary<unknown>>,
) {
  const columns = Object.fromEntries(
    Object.entries(plausible).map(([name, value]) => [
      name,
      fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: cell }),
    ]),
  );
  return fc.record({ ...columns, ...required }, { requiredKeys: Object.keys(required) }).map(inTable);
}

/** A row as a table can hold it: no text is longer than a property. */
function inTable(row: Row): Row {
  const held = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.slice(0, 32_768) : value,
  ]);
  return Object.fromEntries(held);
}

const vmRow = rowOf(
  {
    state: fc.constantFrom(...Object.keys(vmMoves)),
    stateAt: anyTime,
    files,
    idleSince: anyTime,
    startedAt: anyTime,
    failedStarts: anyNumber,
    silentAt: anyTime,
    unavailableUntil: anyTime,
    unavailableCause: anyText,
    actions: fc.oneof(
      fc.constant('chart, profile'),
      anyText,
      fc.array(anyText).map((list) => JSON.stringify(list)),
    ),
    disabled: fc.boolean(),
    maintenanceUntil: anyTime,
    resourceId: anyText,
  },
  {
    partitionKey: fc.constant('vmlist'),
    rowKey: fc.constantFrom('vm01', 'VM-02', 'ü'),
    etag: fc.constant('W/"1"'),
  },
);

const jobRow = rowOf(
  {
    fileName: anyText,
    fileEtag: anyText,
    priority: fc.oneof(fc.nat(9), anyNumber),
    vmName: anyText,
    leaseUntil: anyTime,
    begunAt: anyTime,
    notBefore: anyTime,
    failedRuns: anyNumber,
    unreported: anyNumber,
    cause: anyText,
    error: anyText,
    insertedAt: anyTime,
    rootJobId: fc.oneof(hexId, anyText),
    hop: anyNumber,
    resultName: anyText,
    durationMs: anyNumber,
    completedAt: anyTime,
    history,
    state: fc.constantFrom(...Object.keys(jobMoves)),
    action: fc.oneof(fc.constant('profile'), anyText),
    attempt: fc.oneof(fc.integer({ min: 1, max: 20 }), anyNumber),
  },
  { partitionKey: fc.constant('job'), rowKey: hexId, etag: fc.constant('W/"1"') },
);

/** A job row that at least says what is asked of every one. */
const soundJobRow = fc
  .tuple(
    jobRow,
    fc.constantFrom('received', 'assigned', 'processing', 'failed', 'completed'),
    fc.constantFrom('a', 'b-1'),
    fc.integer({ min: 1, max: 99 }),
  )
  .map(([row, state, action, attempt]) => ({ ...row, state, action, attempt }));

const countMax = 2 ** 31 - 1;
const pastTime = fc.integer({ min: 1, max: Date.now() });
const futureTime = fc.integer({ min: 1, max: Date.now() + 100 * yearMs });

function expectTime(ms: number): void {
  expect(Number.isFinite(ms), `time ${ms}`).toBe(true);
  expect(ms).toBeGreaterThanOrEqual(0);
  // Written and read again it is the same, to the millisecond.
  expect(timeOf(timeColumn(ms))).toBe(ms);
}

function expectCount(count: number): void {
  expect(Number.isSafeInteger(count), `count ${count}`).toBe(true);
  expect(count).toBeGreaterThanOrEqual(0);
  expect(count).toBeLessThanOrEqual(countMax);
}

/** The read job, or undefined where its row is refused in the one way that there is. */
function readJob(row: Row): Job | undefined {
  try {
    return jobOf(row);
  } catch (error) {
    expect(isAppError(error, 'unreadable')).toBe(true);
    expect((error as Error).message).toContain(String(row.rowKey));
    expect((error as Error).message.length).toBeLessThan(500);
    return undefined;
  }
}

describe('a cell', () => {
  it('that can be a key travels in a URL', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        if (isKey(text)) expect(decodeURIComponent(encodeURIComponent(text))).toBe(text);
      }),
    );
  });

  it('of a time can be read again, whatever time was written', () => {
    fc.assert(
      fc.property(anyNumber.map(Math.trunc), (ms) => {
        const column = timeColumn(ms);
        expect(column).toMatch(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)?$/);
        expect(timeColumn(timeOf(column))).toBe(column);
      }),
    );
  });
});

describe('a row of tblvm', () => {
  it('is a VM whatever a hand wrote into it, and nothing in it disarms a deadline', () => {
    fc.assert(
      fc.property(vmRow, (row) => {
        const vm = vmOf(row);
        expect(Object.keys(vm).sort()).toEqual(Object.keys(sampleVm()).sort());
        expect(vm.name).toBe(row.rowKey);
        expect(Object.keys(vmMoves)).toContain(vm.state);
        expectCount(vm.failedStarts);
        for (const time of [vm.unavailableUntil, vm.maintenanceUntil]) expectTime(time);
        for (const time of [
          vm.stateAt,
          vm.idleSince,
          vm.startedAt,
          vm.silentAt,
          ...vm.files.map(({ at }) => at),
        ]) {
          expectTime(time);
          expect(time, 'lies ahead').toBeLessThan(Date.now() + 2 * hourMs);
        }
        for (const { jobId, attempt, ticket } of vm.files) {
          expect(isKey(jobId)).toBe(true);
          expectCount(attempt);
          if (ticket) expect([ticket.messageId, ticket.popReceipt]).not.toContain('');
        }
        for (const action of vm.actions) expect(action).not.toMatch(/^$|[A-Z]|^\s|\s$/);
        expect(vm.disabled).toBeTypeOf('boolean');
      }),
      { numRuns: 100 },
    );
  });

  it('can be written again, fits its property, and then reads as before', () => {
    fc.assert(
      fc.property(vmRow, (row) => {
        const vm = vmOf(row);
        const columns = vmColumnsOf(vm);
        expectColumns(columns);
        expect(vmOf({ ...row, ...columns })).toEqual(vm);
      }),
      { numRuns: 100 },
    );
  });

  it('says the same as the VM that was written', () => {
    const vm: fc.Arbitrary<Vm> = fc
      .record({
        state: fc.constantFrom(...(Object.keys(vmMoves) as Vm['state'][])),
        stateAt: pastTime,
        idleSince: pastTime,
        startedAt: pastTime,
        silentAt: pastTime,
        unavailableUntil: futureTime,
        unavailableCause: fc.constantFrom('', 'boot', 'AllocationFailed'),
        failedStarts: fc.nat(100),
        files: fc.array(
          fc.record(
            {
              jobId: hexId,
              attempt: fc.integer({ min: 1, max: 99 }),
              at: pastTime,
              ticket: fc.record({ messageId: fc.uuid(), popReceipt: fc.base64String({ minLength: 4 }) }),
            },
            { requiredKeys: ['jobId', 'attempt', 'at'] },
          ),
          { maxLength: 100 },
        ),
      })
      .map((change) => sampleVm({ name: 'vm01', ...change }));
    fc.assert(
      fc.property(vm, (vm) => {
        expect(vmOf({ ...vmColumnsOf(vm) })).toEqual(vm);
      }),
    );
  });
});

describe('a row of a job', () => {
  it('is a job or is refused as unreadable, whatever a hand wrote into it', () => {
    fc.assert(
      fc.property(fc.oneof(jobRow, soundJobRow), (row) => {
        const job = readJob(row);
        if (!job) return;
        expect(Object.keys(job).sort()).toEqual(Object.keys(sampleJob()).sort());
        expect(Object.keys(jobMoves)).toContain(job.state);
        expect(job.attempt).toBeGreaterThanOrEqual(1);
        for (const count of [job.attempt, job.failedRuns, job.unreported, job.hop]) expectCount(count);
        for (const time of [job.leaseUntil, job.begunAt, job.notBefore, job.insertedAt, job.completedAt])
          expectTime(time);
        expect(job.insertedAt, 'lies ahead').toBeLessThan(Date.now() + 2 * hourMs);
        expect(Number.isFinite(job.durationMs) && job.durationMs >= 0).toBe(true);
        for (const line of job.history) {
          expectTime(line.at);
          expectCount(line.attempt);
          expect(Object.keys(jobMoves)).toContain(line.state);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('that says what it must is never refused', () => {
    fc.assert(
      fc.property(soundJobRow, (row) => {
        expect(readJob(row)).toBeDefined();
      }),
    );
  });

  it('that can be read can be written again within the limits of a table', () => {
    fc.assert(
      fc.property(soundJobRow, (row) => {
        const job = jobOf(row);
        const columns = jobColumnsOf(job);
        expectColumns(columns);
        const again = jobOf(columns);
        const { history, ...rest } = { ...job, version: '' };
        expect({ ...again, history: [] }).toEqual({ ...rest, history: [] });
        expect(history.slice(history.length - again.history.length)).toEqual(again.history);
      }),
      { numRuns: 100 },
    );
  });

  it('that can be read can be found again wherever it is listed', () => {
    fc.assert(
      fc.property(fc.oneof(jobRow, soundJobRow), (row) => {
        const job = readJob(row);
        if (!job) return;
        const waiting = entryOf('waiting', job);
        const keys = keyOf(waiting);
        expect([keys.partitionKey, keys.rowKey].every(isKey)).toBe(true);
        expect(waitingEntryOf(keys)).toEqual([waiting]);
        const resting = keyOf(entryOf('resting', job));
        expect([resting.partitionKey, resting.rowKey].every(isKey)).toBe(true);
        expect(restingEntryOf(resting)).toMatchObject([{ jobId: job.id, attempt: job.attempt }]);
      }),
      { numRuns: 100 },
    );
  });

  it('is within the limits of a table whatever its texts are', () => {
    const texts = fc.record({
      fileName: anyText,
      cause: anyText,
      error: anyText,
      resultName: anyText,
      vmName: anyText,
    });
    fc.assert(
      fc.property(texts, (texts) => {
        expectColumns(jobColumnsOf(sampleJob(texts)));
      }),
    );
  });

  it('says the same as the job that was written, with the latest of its history', () => {
    const line = fc.record({
      at: pastTime,
      state: fc.constantFrom('assigned' as const, 'failed' as const),
      cause: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('"'.repeat(2000))),
      attempt: fc.integer({ min: 1, max: 99 }),
      vmName: fc.constantFrom('', 'vm01'),
    });
    const job = fc
      .record({
        cause: fc.string({ unit: 'grapheme' }),
        error: fc.string({ unit: 'grapheme', maxLength: 90 }),
        resultName: fc.string({ unit: 'grapheme', maxLength: 90 }),
        leaseUntil: fc.integer({ min: 0, max: Date.now() + 7 * 24 * hourMs }),
        notBefore: futureTime,
        insertedAt: pastTime,
        history: fc.array(line, { maxLength: historyLinesMax, size: 'max' }),
      })
      .map((change) => sampleJob(change));
    fc.assert(
      fc.property(job, (job) => {
        const columns = jobColumnsOf(job);
        expectColumns(columns);
        const again = jobOf(columns);
        const kept = again.history.length;
        expect(again).toEqual({ ...job, history: job.history.slice(job.history.length - kept) });
        expect(kept).toBeGreaterThanOrEqual(Math.min(job.history.length, 2));
      }),
      { numRuns: 50 },
    );
  });
});

/** Expects what the Table service takes: keys that are keys, texts that are not too long, numbers that are numbers. */
function expectColumns(columns: Row): void {
  expect([columns.partitionKey, columns.rowKey].map(String).every(isKey)).toBe(true);
  for (const [name, value] of Object.entries(columns)) {
    expect(['string', 'number', 'boolean'], name).toContain(typeof value);
    if (typeof value === 'number') expect(Number.isFinite(value), name).toBe(true);
    if (typeof value === 'string') {
      expect(value.length, name).toBeLessThanOrEqual(32_768);
      expect(halfCharacter.test(value), name).toBe(false);
    }
  }
}
