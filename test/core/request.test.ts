import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../src/core/errors.ts';
import { parseNext, parseReport } from '../../src/core/request.ts';

const jobId = 'a'.repeat(40);

describe('the parameters of funcHttpVMStop', () => {
  it('are the article’s two at least, and then mean success', () => {
    expect(parseReport({ vmName: 'vm01', fileName: 'a.json', code: 'key' })).toEqual({
      vmName: 'vm01',
      fileName: 'a.json',
      status: 'ok',
      resultName: '',
      error: '',
      durationMs: 0,
    });
  });

  it('are known in any case of letters, and as text', () => {
    const report = parseReport({ VMNAME: 'vm01', jobid: jobId, ATTEMPT: '3', DurationMs: '12' });
    expect(report).toMatchObject({ vmName: 'vm01', jobId, attempt: 3, durationMs: 12 });
  });

  it('say that a failure is permanent in JSON or as a text, as PowerShell writes it too', () => {
    for (const permanent of [true, 'true', 'True'])
      expect(parseReport({ vmName: 'vm01', permanent })).toMatchObject({ permanent: true });
    for (const permanent of [false, 'False', ''])
      expect(parseReport({ vmName: 'vm01', permanent })).not.toHaveProperty('permanent');
    expect(() => parseReport({ vmName: 'vm01', permanent: 'maybe' })).toThrow('permanent: is true or false');
  });

  it('without a VM, or with half a job, are refused by name', () => {
    expect(() => parseReport({})).toThrow('vmName');
    expect(() => parseReport({ vmName: 'vm01', jobId })).toThrow('jobId and attempt go together');
    expect(() => parseReport({ vmName: 'vm01', status: 'maybe' })).toThrow('status');
  });

  it('never crash, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('vmName', 'fileName', 'jobId', 'attempt', 'status', '__proto__'),
          fc.anything(),
        ),
        (given) => {
          try {
            parseReport(given);
            parseNext(given);
          } catch (error) {
            expect(isAppError(error, 'bad_input')).toBe(true);
          }
        },
      ),
    );
  });
});

describe('the parameters of funcHttpVMNext', () => {
  it.each([
    [{ vmName: 'vm01' }, 'claim'],
    [{ vmName: 'vm01', jobId, attempt: 1 }, 'renew'],
    [{ vmName: 'vm01', jobId, attempt: 1, release: true }, 'release'],
  ])('%j mean: %s', (given, verb) => {
    expect(parseNext(given).verb).toBe(verb);
  });

  it('cannot release nothing', () => {
    expect(() => parseNext({ vmName: 'vm01', release: true })).toThrow('jobId and attempt');
  });
});
