import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { makeProgress } from '../../src/local/progress.ts';
import { formatRows } from '../../src/local/rows.ts';
import type { Snapshot } from '../../src/local/snapshot.ts';
import { summarize } from '../../src/local/summary.ts';

const snapshot: Snapshot = {
  vms: [
    { name: 'vm01', state: 'running', fileName: 'cars.json' },
    { name: 'vm02', state: 'deallocated', fileName: '' },
  ],
  collected: 2,
  inData: 1,
  resting: 0,
  results: [{ DurationMs: 1500 }, { DurationMs: 500 }],
};

function printed(show: (stream: NodeJS.WriteStream) => void, properties: object): string {
  const stream = Object.assign(new PassThrough(), properties);
  show(stream as unknown as NodeJS.WriteStream);
  return String(stream.read() ?? '');
}

describe('what npm start shows', () => {
  it('is a line for each change where it is not a terminal', () => {
    const text = printed((stream) => {
      const progress = makeProgress(4, Date.now(), stream);
      progress.show(snapshot);
      progress.show(snapshot);
      progress.show({ ...snapshot, resting: 1 });
    }, {});
    expect(text).toBe(
      '   0 s  2 of 4 results, 1 files in data, 1 VMs on\n   0 s  2 of 4 results, 1 failed, 1 files in data, 1 VMs on\n',
    );
  });

  it('is every VM with its state and file on a terminal', () => {
    const text = printed((stream) => makeProgress(4, Date.now(), stream).show(snapshot), {
      isTTY: true,
      rows: 20,
      columns: 80,
    });
    expect(text).toContain('vm01  running      cars.json');
    expect(text).toContain('vm02  deallocated');
  });

  it('counts the VMs that do not fit the screen', () => {
    const vms = Array.from({ length: 50 }, (_, index) => ({
      name: `vm${index}`,
      state: 'running' as const,
      fileName: '',
    }));
    const text = printed((stream) => makeProgress(4, Date.now(), stream).show({ ...snapshot, vms }), {
      isTTY: true,
      rows: 10,
      columns: 80,
    });
    expect(text).toContain('… and 45 more VMs');
  });

  it('ends in a summary', () => {
    const figures = {
      files: 1,
      elapsedMs: 12_345,
      vmStarts: 1,
      vmOnMs: 9000,
      storageOperations: 84,
      resultsFolder: 'there',
    };
    expect(
      summarize(snapshot, figures)
        .split('\n')
        .map((line) => line.trim().replace(/ {2,}/, ': ')),
    ).toEqual([
      'files in: 1',
      'results out: 2',
      'failed: 0',
      'elapsed: 12.3 s',
      'VM starts: 1',
      'VMs on: 9.0 s',
      'of that busy: 2.0 s',
      'storage operations: 84 (42 for each result)',
      'results lie in: there',
    ]);
  });
});

describe('rows as text', () => {
  it('stand in columns, long cells cut in the middle, but for the last', () => {
    const text = formatRows(
      [
        { a: 'x', b: 'y'.repeat(30), c: 'z'.repeat(12) },
        { a: undefined, b: 'two\nlines' },
      ],
      ['a', 'b', 'c'],
      9,
    );
    expect(text).toBe('a  b          c\nx  yyyy…yyyy  zzzzzzzzzzzz\n   two lines');
  });
});
