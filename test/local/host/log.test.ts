import { describe, expect, it } from 'vitest';
import { describeError, type Level, makeLog } from '../../../src/local/host/log.ts';

function printed(thresholds: Record<string, Level>, category: string, level: Level, text = 'text'): string[] {
  const lines: string[] = [];
  makeLog(thresholds, (line) => lines.push(line))(category, level, text);
  return lines;
}

describe('the log', () => {
  it('prints a line with time and level, and keeps a text of many lines on one', () => {
    expect(printed({}, 'Host', 'warning', 'one\r\n  two\n')).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning {5}one \| two \| $/),
    ]);
  });

  it('lets through what the most special category of host.json says', () => {
    const thresholds = {
      default: 'error',
      function: 'warning',
      'function.a.user': 'debug',
      host: 'none',
    } as const;
    expect(printed(thresholds, 'Function.a.User', 'debug')).toHaveLength(1);
    expect(printed(thresholds, 'Function.a.User', 'trace')).toHaveLength(0);
    expect(printed(thresholds, 'Function.a', 'warning')).toHaveLength(1);
    expect(printed(thresholds, 'Function.ab.User', 'information')).toHaveLength(0);
    expect(printed(thresholds, 'Other', 'warning')).toHaveLength(0);
    expect(printed(thresholds, 'Other', 'error')).toHaveLength(1);
    expect(printed(thresholds, 'Host', 'critical')).toHaveLength(0);
  });

  it('prints information and worse where nothing is said', () => {
    expect(printed({}, 'Host', 'information')).toHaveLength(1);
    expect(printed({}, 'Host', 'debug')).toHaveLength(0);
  });
});

it('describes an error in one line, with the place of its throw', () => {
  expect(describeError(new RangeError('too far'))).toMatch(
    /^RangeError: too far \(at .*log\.test\.ts:\d+:\d+\)?\)$/,
  );
  expect(describeError('just text')).toBe('just text');
});
