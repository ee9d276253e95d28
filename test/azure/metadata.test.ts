import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMetadata, encodeMetadata } from '../../src/azure/metadata.ts';

describe('metadata', () => {
  it('comes back as it went out, and travels in header characters only', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.string({ unit: 'grapheme' })),
        (metadata) => {
          const encoded = encodeMetadata(metadata);
          expect(Object.values(encoded).join('')).toMatch(/^[\x21-\x7e]*$/);
          expect(decodeMetadata(encoded)).toEqual({ ...metadata });
        },
      ),
    );
  });

  it('is read with keys in any case, and with values that nobody encoded', () => {
    expect(decodeMetadata({ Action: 'chart', SOURCE: '100% a+b', Broken: '%zz' })).toEqual({
      action: 'chart',
      source: '100% a+b',
      broken: '%zz',
    });
    expect(decodeMetadata(undefined)).toEqual({});
  });
});
