import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSources } from '../../src/core/sources.ts';
import { sourcesOf } from '../../src/local/source-list.ts';

const url = (name: string) => `http://127.0.0.1:1/${encodeURIComponent(name)}`;
const dataset = (name: string) => ({ name, file: name, bytes: 1 });

describe('the list of sources for a folder of files', () => {
  it('names each source after its file', () => {
    const names = sourcesOf(['cars.json', 'a b/ü.csv', '.hidden'].map(dataset), url, 'profile').map(
      ({ name }) => name,
    );
    expect(names).toEqual(['cars', 'a-b-', 'f']);
  });

  it('is one that the function app takes, whatever the files are called', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }), { minLength: 1 }),
        (files) => {
          const list = JSON.stringify(sourcesOf(files.map(dataset), url, 'profile'));
          const { sources, problems } = parseSources(list, {});
          expect(problems).toEqual([]);
          expect(sources).toHaveLength(files.length);
        },
      ),
    );
  });
});
