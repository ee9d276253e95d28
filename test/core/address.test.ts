import { describe, expect, it } from 'vitest';
import { callerAddress, canonicalAddress } from '../../src/core/address.ts';

describe('the address of a caller', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['1.2.3.4:5678', '1.2.3.4'],
    ['9.9.9.9, 1.2.3.4:5678', '1.2.3.4'],
    ['9.9.9.9,8.8.8.8:1 ,\t1.2.3.4', '1.2.3.4'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['[::ffff:102:304]:443', '1.2.3.4'],
  ])('in %s is %s', (header, address) => {
    expect(callerAddress(header, 1)).toBe(address);
  });

  it.each([
    undefined,
    null,
    '',
    '1.2.3.4,',
    '1.2.3.4, unknown',
    '1.2.3',
    '01.2.3.4',
    '0x1.2.3.4',
    '16909060',
    '1.2.3.4:port',
    '1.2.3.4:',
    '1.2.3.4:123456',
    '[1.2.3.4',
    '[]:1',
    'fe80::1%eth0',
    '_hidden',
  ])('is not to be had from %s', (header) => {
    expect(callerAddress(header, 1)).toBeUndefined();
  });

  it('is what the outermost trusted proxy saw', () => {
    const header = '6.6.6.6, 1.2.3.4:1, 10.0.0.1:2';
    expect(callerAddress(header, 1)).toBe('10.0.0.1');
    expect(callerAddress(header, 2)).toBe('1.2.3.4');
    expect(callerAddress('10.0.0.1:2', 2)).toBeUndefined();
  });
});

describe('a canonical address', () => {
  it('is one text for all ways to write it', () => {
    const ways = ['2001:db8::1', '2001:0db8:0000:0000:0000:0000:0000:0001', '2001:DB8:0::1'];
    expect(new Set(ways.map(canonicalAddress)).size).toBe(1);
    expect(canonicalAddress('::1')).toBe('::1');
    expect(canonicalAddress('no address')).toBeUndefined();
  });
});
