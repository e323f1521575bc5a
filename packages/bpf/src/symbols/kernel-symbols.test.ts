import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KernelSymbols } from './kernel-symbols.ts';

const TEXT = `0000000000000000 A fixed_percpu_data
ffffffff81000000 T _text
ffffffff81000000 T _stext
ffffffff81000100 t do_exit
ffffffff81000180 t do_exit_late
ffffffffc0300010 t ext4_read	[ext4]
ffffffffc0200000 t bee_init	[bee]
ffffffffc0400000 t bpf_prog_6deef7357e7b4530_count	[bpf]
not a line
`;

describe('kallsyms', () => {
  const symbols = KernelSymbols.parse(Buffer.from(TEXT));

  test.each([
    [0xffffffff81000000n, { name: '_text', offset: 0, module: undefined }],
    [0xffffffff810000ffn, { name: '_text', offset: 255, module: undefined }],
    [0xffffffff81000105n, { name: 'do_exit', offset: 5, module: undefined }],
    [0xffffffffc0200001n, { name: 'bee_init', offset: 1, module: 'bee' }],
    [0xffffffffc0300010n, { name: 'ext4_read', offset: 0, module: 'ext4' }],
    [0xffffffffc0400004n, { name: 'bpf_prog_6deef7357e7b4530_count', offset: 4, module: 'bpf' }],
    [0xffffffff80ffffffn, undefined],
    [0n, undefined],
  ])('%i is found', (address, wanted) => {
    expect(symbols.lookup(address)).toEqual(wanted);
  });

  test.each([
    ['do_exit', 0xffffffff81000100n],
    ['do_exit_late', 0xffffffff81000180n],
    ['bee_init', 0xffffffffc0200000n],
    ['fixed_percpu_data', 0n],
    ['exit', undefined],
    ['T', undefined],
  ])('the address of %s', (name, wanted) => {
    expect(symbols.address(name)).toBe(wanted);
  });

  test('has the symbols of whole lines only', () => {
    expect(symbols.count).toBe(7);
    expect(KernelSymbols.parse(Buffer.alloc(0)).lookup(5n)).toBeUndefined();
  });
});

test('any text is read without a fault', () => {
  const line = fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f]{16} [tTbB] [a-z_]{1,9}$/));
  fc.assert(
    fc.property(fc.array(line), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (lines, address) => {
      const symbols = KernelSymbols.parse(Buffer.from(lines.join('\n')));
      const found = symbols.lookup(address);
      if (found !== undefined) expect(found.offset).toBeGreaterThanOrEqual(0);
    }),
  );
});
