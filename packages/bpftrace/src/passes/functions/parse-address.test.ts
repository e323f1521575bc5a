import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from './parse-address.ts';

function hex(text: string): string | undefined {
  const bytes = parseAddress(text);
  return bytes && Buffer.from(bytes).toString('hex');
}

describe('parseAddress', () => {
  it.each([
    ['10.1.2.3', '0a010203'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['fe80::', 'fe800000000000000000000000000000'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1::2:0:0:3', '00010000000000000002000000000003'],
    ['ABCD::0102:0304', 'abcd0000000000000000000001020304'],
    ['::ffff:1.2.3.4', '00000000000000000000ffff01020304'],
  ])('%s', (text, bytes) => {
    expect(hex(text)).toBe(bytes);
  });

  it.each(['', '1', '1.2.3', '1.2.3.256', '01.2.3.4', ':', ':::', '1:2', '1::2::3', '1:2:3:4:5:6:7:8:9', '1.2.3.4::'])(
    '%j is no address',
    (text) => {
      expect(hex(text)).toBeUndefined();
    },
  );

  it('takes what Node.js takes, and nothing else', () => {
    const text = fc.string({ unit: fc.constantFrom('0', '1', '9', 'f', ':', '::', '.', '1.2.3.4'), maxLength: 16 });
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), text);
    fc.assert(
      fc.property(address, (one) => {
        expect(parseAddress(one)?.length).toBe({ 0: undefined, 4: 4, 6: 16 }[isIP(one)]);
      }),
      { numRuns: 400 },
    );
  });
});
