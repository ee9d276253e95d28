import { describe, expect, it } from 'vitest';
import { parseBlobPath } from '../../../src/local/host/blob-path.ts';

describe('the path of a blob trigger', () => {
  it('catches a whole name, slashes and line ends included', () => {
    const path = parseBlobPath('data/{name}');
    expect(path.containerName).toBe('data');
    expect(path.match('a/b\nc.csv')).toEqual({ name: 'a/b\nc.csv' });
  });

  it('fits only names of its form', () => {
    const path = parseBlobPath('data/in/{base}.({kind})');
    expect(path.match('in/a.b.(csv)')).toEqual({ base: 'a.b', kind: 'csv' });
    expect(path.match('in/axcsv')).toBeUndefined();
    expect(path.match('out/a.(csv)')).toBeUndefined();
    expect(path.match('more/in/a.(csv)')).toBeUndefined();
  });

  it('fits every name where it is a container alone', () => {
    expect(parseBlobPath('data').match('any/thing')).toEqual({});
  });
});
