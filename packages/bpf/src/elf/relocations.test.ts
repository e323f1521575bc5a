import { describe, expect, it } from 'vitest';
import { findSection, readElf } from './read-elf.ts';
import { readRelocations } from './relocations.ts';
import { writeElf } from './write-elf.test-kit.ts';

describe.each(['little', 'big'] as const)('relocations of a %s-endian file', (byteOrder) => {
  const words = (...values: bigint[]) => {
    const view = new DataView(new ArrayBuffer(values.length * 8));
    for (const [i, value] of values.entries()) view.setBigUint64(i * 8, value, byteOrder === 'little');
    return new Uint8Array(view.buffer);
  };
  const elf = readElf(
    writeElf(byteOrder, [
      { name: 'xdp', type: 1, bytes: new Uint8Array(16) },
      { name: '.relxdp', type: 9, bytes: words(0n, (3n << 32n) | 1n, 8n, (4n << 32n) | 10n), info: 1 },
      { name: '.data', type: 1, bytes: new Uint8Array(8) },
      { name: '.rela.data', type: 4, bytes: words(0n, (5n << 32n) | 2n, 2n ** 64n - 4n), info: 3 },
    ]),
  );

  it('without addends', () => {
    expect(readRelocations(elf, findSection(elf, 'xdp')!)).toEqual([
      { offset: 0, type: 1, symbolIndex: 3, addend: undefined },
      { offset: 8, type: 10, symbolIndex: 4, addend: undefined },
    ]);
  });

  it('with addends', () => {
    expect(readRelocations(elf, findSection(elf, '.data')!)).toEqual([
      { offset: 0, type: 2, symbolIndex: 5, addend: -4n },
    ]);
  });

  it('are none of other sections', () => {
    expect(readRelocations(elf, findSection(elf, '.relxdp')!)).toEqual([]);
  });
});
