import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLogEvent, decodeWork, encodeMessage } from '../../src/core/message.ts';

const work = { vmName: 'vm01', fileName: 'a b/ü#?.json', action: 'profile', jobId: 'x', attempt: 2 };

describe('work messages', () => {
  it('are written as base64 of UTF-8 JSON', () => {
    expect(JSON.parse(Buffer.from(encodeMessage(work), 'base64').toString('utf8'))).toEqual(work);
  });

  it.each([
    ['base64', encodeMessage(work)],
    ['plain JSON', JSON.stringify(work)],
    [
      'property names in other cases',
      JSON.stringify({ VMNAME: 'vm01', FileName: work.fileName, Action: 'profile', JOBID: 'x', Attempt: 2 }),
    ],
    ['numbers as text', JSON.stringify({ ...work, attempt: '2' })],
    ['unknown properties', JSON.stringify({ ...work, next: 'version' })],
  ])('are read from %s', (_form, text) => {
    expect(decodeWork(text)).toEqual(work);
  });

  it('survive any file name', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (fileName) => {
        expect(decodeWork(encodeMessage({ ...work, fileName }))).toEqual({ ...work, fileName });
      }),
    );
  });

  it('are told from garbage without a crash', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json()), (text) => {
        expect(decodeWork(text)).toBeUndefined();
      }),
    );
  });
});

describe('log events', () => {
  it('are read from what the host made of JSON, too', () => {
    const event = { vmName: 'vm01', message: 'hello', level: 'info', event: 'log' };
    expect(decodeLogEvent({ VmName: 'vm01', Message: 'hello' })).toEqual(event);
    expect(decodeLogEvent(encodeMessage(event))).toEqual(event);
  });

  it('without a message are none', () => {
    expect(decodeLogEvent({ vmName: 'vm01' })).toBeUndefined();
  });
});
