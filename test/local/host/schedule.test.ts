import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../src/local/host/schedule.ts';

/** The next three times after Sunday 2026-03-01, 10:03:07 UTC. */
function nextThree(expression: string): string[] {
  const schedule = parseSchedule(expression);
  let time: number | undefined = Date.parse('2026-03-01T10:03:07.500Z');
  return Array.from({ length: 3 }, () => {
    time = time && schedule.next(time);
    return time ? new Date(time).toISOString().replace('.000Z', '') : 'never';
  });
}

describe('a schedule', () => {
  it('of six fields begins with the seconds', () => {
    expect(nextThree('0 */10 * * * *')).toEqual([
      '2026-03-01T10:10:00',
      '2026-03-01T10:20:00',
      '2026-03-01T10:30:00',
    ]);
    expect(nextThree('*/2 * * * * *')).toEqual([
      '2026-03-01T10:03:08',
      '2026-03-01T10:03:10',
      '2026-03-01T10:03:12',
    ]);
  });

  it('of the article fires every minute of every tenth hour, not every ten hours', () => {
    expect(nextThree('0 * */10 * * *')).toEqual([
      '2026-03-01T10:04:00',
      '2026-03-01T10:05:00',
      '2026-03-01T10:06:00',
    ]);
  });

  it('of five fields begins with the minutes', () => {
    expect(nextThree('*/5 * * * *')).toEqual([
      '2026-03-01T10:05:00',
      '2026-03-01T10:10:00',
      '2026-03-01T10:15:00',
    ]);
  });

  it('is read as NCRONTAB: steps from a number, and both days must fit', () => {
    expect(nextThree('5/25 * * * * *')).toEqual([
      '2026-03-01T10:03:30',
      '2026-03-01T10:03:55',
      '2026-03-01T10:04:05',
    ]);
    expect(nextThree('0 0 0 1 * MON')).toEqual([
      '2026-06-01T00:00:00',
      '2027-02-01T00:00:00',
      '2027-03-01T00:00:00',
    ]);
  });

  it('may never come', () => {
    expect(nextThree('0 0 0 30 2 *')[0]).toBe('never');
  });

  for (const nonsense of [
    '',
    '* * * *',
    '* * * * * * *',
    '00:10:00',
    '@daily',
    '2026-03-01T10:00:00',
    '61 * * * * *',
  ])
    it(`is refused if it is "${nonsense}"`, () => {
      expect(() => parseSchedule(nonsense)).toThrow();
    });
});
