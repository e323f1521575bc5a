import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addressOf, fileOffsetOf } from './address-map.ts';
import { buildId } from './notes.ts';
import { findSection, readElf } from './read-elf.ts';
import { readSymbols } from './symbol-table.ts';

describe('the executable that runs this test', () => {
  const elf = readElf(readFileSync(process.execPath));
  const table = readSymbols(elf, '.dynsym') ?? readSymbols(elf, '.symtab');
  const all = Array.from(table?.functions() ?? []);
  const functions = all.filter((_, i) => i % Math.ceil(all.length / 100) === 0);

  it('is a 64-bit program with code', () => {
    expect(['executable', 'shared']).toContain(elf.type);
    expect(elf.entry).toBeGreaterThan(0n);
    expect(findSection(elf, '.text')?.sizeBytes).toBeGreaterThan(0);
    expect(buildId(elf) ?? '00').toMatch(/^([0-9a-f]{2})+$/);
  });

  it('has functions that are found by name and by address', () => {
    expect(functions.length).toBeGreaterThan(50);
    for (const { name, address, sizeBytes } of functions) {
      expect(table?.find(name)?.name).toBe(name);
      expect(table?.functionAt(address)?.address).toBe(address);
      if (sizeBytes > 1) expect(table?.functionAt(address + BigInt(sizeBytes) - 1n)).toBeDefined();
    }
  });

  it('has functions whose address and file offset lead to each other', () => {
    for (const { address } of functions) {
      const offset = fileOffsetOf(elf, address);
      expect(offset).toBeDefined();
      expect(addressOf(elf, offset ?? -1)).toBe(address);
    }
  });
});
