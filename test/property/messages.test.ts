import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLogEvent, decodeWork, encodeMessage } from '../../src/core/message.ts';
import { openTown } from '../core/town.ts';
import { contextOf, openDoor } from '../functions/doors.ts';
import { anyJson, anyNumber, anyText, halfCharacter, inAnyCase, inOtherNames, nested } from './any.ts';

type Door = (given: unknown, context: unknown, world: unknown) => Promise<void>;
const { funcQueueLog } = (await openDoor('funcQueueLog')) as unknown as Record<string, Door>;

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

const someText = anyText.filter((text) => text !== '');
const work = fc.record({
  vmName: someText,
  fileName: someText,
  action: anyText,
  jobId: anyText,
  attempt: fc.integer({ min: 1 }),
});
const logEvent = fc.record({
  vmName: someText,
  fileName: anyText,
  message: anyText,
  level: anyText,
  event: anyText,
});

/** Objects that are almost a message: known names in any case, perhaps twice, with anything in them. */
const almost = fc
  .array(
    fc.tuple(
      fc
        .constantFrom(
          'vmName',
          'fileName',
          'action',
          'jobId',
          'attempt',
          'message',
          'level',
          'event',
          '__proto__',
        )
        .chain(inAnyCase),
      fc.oneof(anyJson, anyNumber, fc.constantFrom('vm01', 'a.json', 1, null)),
    ),
  )
  .map((pairs) => Object.fromEntries(pairs));

/** Whatever may stand in a queue. */
const queueText = fc.oneof(
  anyText,
  fc.json({ stringUnit: 'binary' }),
  almost.map((value) => JSON.stringify(value)),
  fc.tuple(work, anyJson).map(([message, attempt]) => JSON.stringify({ ...message, attempt })),
  fc.tuple(logEvent, anyJson).map(([event, level]) => JSON.stringify({ ...event, level })),
  nested,
  fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
  fc.base64String(),
);

/** What the library of the functions makes of a text: it parses what is JSON. */
function asHandedOver(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

describe('a message in a queue', () => {
  it('is understood or not, whatever it is, and never crashes who reads it', () => {
    fc.assert(
      fc.property(fc.oneof(queueText, queueText.map(base64)), (text) => {
        const read = decodeWork(text);
        if (read) {
          expect(read.vmName).not.toBe('');
          expect(read.fileName).not.toBe('');
          expect(Number.isSafeInteger(read.attempt) && read.attempt > 0).toBe(true);
        }
        const event = decodeLogEvent(asHandedOver(text));
        expect(event).toEqual(decodeLogEvent(text));
        if (event)
          for (const part of ['vmName', 'message', 'level', 'event'] as const)
            expect(event[part]).toBeTypeOf('string');
      }),
      { numRuns: 500 },
    );
  });

  it('that we wrote is read as it was written', () => {
    fc.assert(
      fc.property(work, logEvent, (message, event) => {
        expect(decodeWork(encodeMessage(message))).toEqual(message);
        expect(decodeLogEvent(encodeMessage(event))).toEqual(event);
      }),
    );
  });

  it('is the same as plain JSON, as base64, and with its names in any case and order', () => {
    const inBoth = work.chain((message) => fc.tuple(fc.constant(message), inOtherNames(message)));
    fc.assert(
      fc.property(inBoth, anyJson, ([message, other], unknown) => {
        const text = JSON.stringify({ unknown, ...other });
        expect(decodeWork(text)).toEqual(message);
        expect(decodeWork(base64(text))).toEqual(message);
      }),
    );
  });
});

/** What became of an item of the log queue: the rows of the log, and what went to the poison queue. */
async function recorded(item: unknown) {
  const { memory, world } = openTown([]);
  const poisoned: string[] = [];
  const poison = async (queue: string, text: string) => void poisoned.push(`${queue}: ${text}`);
  await funcQueueLog?.(item, contextOf(), { ...world, messages: { ...world.messages, poison } });
  return { log: memory.log, poisoned };
}

/** Expects that a poison message is the item's text, or as good as it where the host had parsed that. */
function expectSame(poison: string | undefined, item: unknown): void {
  if (typeof item === 'string' && poison === `log: ${item}`) return;
  expect(poison).toMatch(/^log: /);
  expect(JSON.stringify(JSON.parse(poison?.slice('log: '.length) ?? ''))).toBe(JSON.stringify(item));
}

describe('an item of the log queue', () => {
  it('leaves one row of the log, and if it cannot be read one poison message with the same text', async () => {
    await fc.assert(
      fc.asyncProperty(queueText, async (text) => {
        const item = asHandedOver(text);
        const { log, poisoned } = await recorded(item);
        expect(log).toHaveLength(1);
        const isRead = decodeLogEvent(item) !== undefined;
        expect(log[0]?.vmName !== undefined).toBe(isRead);
        if (!isRead) expect(log[0]).toMatchObject({ event: 'unreadable', level: 'warning' });
        expect(poisoned).toHaveLength(isRead ? 0 : 1);
        for (const poison of poisoned) expectSame(poison, item);
      }),
      { numRuns: 300 },
    );
  });

  it('is kept as what it was where it is no text at all', async () => {
    const item = fc.oneof(
      anyJson,
      fc.constant(undefined),
      fc.uint8Array({ minLength: 1 }),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(item, async (item) => {
        const { log, poisoned } = await recorded(item);
        expect(log).toMatchObject([{ event: 'unreadable', level: 'warning' }]);
        expect(poisoned).toHaveLength(1);
        const given = item instanceof Uint8Array ? Buffer.from(item).toString('utf8') : item;
        expectSame(poisoned[0], given === undefined ? '' : given);
      }),
    );
  });

  it('leaves texts in the log and the poison queue that a table and a queue can hold', async () => {
    const texts = fc.oneof(logEvent, anyText, fc.record({ vmName: anyText }));
    await fc.assert(
      fc.asyncProperty(texts, async (item) => {
        const { log, poisoned } = await recorded(item);
        const [line] = log;
        for (const column of [line?.vmName, line?.fileName, line?.event, line?.message]) {
          expect(column ?? '').not.toMatch(halfCharacter);
          expect((column ?? '').length).toBeLessThan(32_768);
        }
        // XML 1.0 has no other characters (2.2), and messages travel in it.
        for (const text of poisoned)
          expect(text).toMatch(/^[\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
      }),
      { numRuns: 300 },
    );
  });
});
