import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tagsOf } from '../../src/core/metadata.ts';
import { collectedName, handedOnName, isOriginMade } from '../../src/core/origin.ts';
import { refusal } from '../../src/core/refuse.ts';
import { defaultRules } from '../../src/core/rules.ts';

const file = { fileName: 'a.json', etag: '0x1', sizeBytes: 1, modifiedAt: 0, metadata: {} };

describe('a file’s tags', () => {
  it('have defaults for what is missing or wrong', () => {
    const plain = { action: 'process', priority: 5, hop: 0, rootJobId: '' };
    expect(tagsOf(file, defaultRules)).toEqual(plain);
    const wrong = { action: 'NOT AN ACTION', priority: '17', hop: '-1', root: 'a/b' };
    expect(tagsOf({ ...file, metadata: wrong }, defaultRules)).toEqual(plain);
  });

  it('say what came from another VM', () => {
    const root = 'a'.repeat(40);
    const step = tagsOf(
      { ...file, metadata: { root, hop: '2', action: 'chart', priority: '0' } },
      defaultRules,
    );
    expect(step).toEqual({ action: 'chart', priority: 0, hop: 2, rootJobId: root });
  });
});

describe('a file of an origin', () => {
  const made = (fileName: string, metadata: Record<string, string>) =>
    isOriginMade({ ...file, fileName, metadata });

  it('has its origin’s name and its tags', () => {
    expect(made(collectedName('prices', 'etag:"1"', '.csv'), { source: 'prices' })).toBe(true);
    expect(made(handedOnName('a'.repeat(40), 'chart', '.json'), { root: 'b'.repeat(40) })).toBe(true);
  });

  it('is not one that a person tagged or named like it', () => {
    expect(made('daily.csv', { source: 'plant3' })).toBe(false);
    expect(made('daily.csv', { source: 'daily' })).toBe(false);
    expect(made(collectedName('prices', 'etag:"1"', '.csv'), {})).toBe(false);
    expect(made(handedOnName('a'.repeat(40), 'chart', '.json'), {})).toBe(false);
  });
});

describe('a file is refused', () => {
  it.each([
    ['a control character in its name', { fileName: 'a\u0001b' }, 0, 'control character'],
    ['a backslash in its name', { fileName: 'a\\b' }, 0, 'backslash'],
    ['a .. between its slashes', { fileName: 'a/../b' }, 0, 'between slashes'],
    ['more bytes than are taken on', { sizeBytes: defaultRules.fileBytesMax + 1 }, 0, 'FILE_BYTES_MAX'],
    ['too many VMs behind it', {}, 9, 'HOPS_MAX'],
  ])('for %s', (_why, change, hop, words) => {
    expect(refusal({ ...file, ...change }, hop, defaultRules)).toContain(words);
  });

  it('not for any other name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1000 }), (fileName) => {
        fc.pre(!/[\p{Cc}\\]|(^|\/)\.\.?(\/|$)/u.test(fileName));
        expect(refusal({ ...file, fileName }, 8, defaultRules)).toBeUndefined();
      }),
    );
  });
});
