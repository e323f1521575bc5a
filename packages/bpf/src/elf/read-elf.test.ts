import { describe, expect, it } from 'vitest';
import { addressOf, fileOffsetOf } from './address-map.ts';
import { readDebugLink } from './debug-link.ts';
import { bytesSource } from './elf-source.ts';
import { buildId, readNotes } from './notes.ts';
import { findSection, readElf, sectionBytes } from './read-elf.ts';
import { sampleElf } from './sample-elf.test-kit.ts';
import { readSymbols } from './symbol-table.ts';
import { readUsdtProbes } from './usdt-probes.ts';
import { writeElf } from './write-elf.test-kit.ts';

const TEXT_OFFSET = 64 + 3 * 56;
const DATA_OFFSET = TEXT_OFFSET + 0x80;

describe.each(['little', 'big'] as const)('a %s-endian file', (byteOrder) => {
  const elf = readElf(sampleElf(byteOrder));
  const table = readSymbols(elf, '.symtab');
  const functionAt = (address: bigint) => table?.functionAt(address)?.name;

  it('has a header, sections and segments', () => {
    expect(elf).toMatchObject({ byteOrder, type: 'shared', machine: 62, entry: 0x1000n });
    expect(elf.sections.map((section) => section.name)).toContain('.note.stapsdt');
    expect(findSection(elf, '.text')).toMatchObject({
      type: 1,
      address: 0x1000n,
      sizeBytes: 0x80,
      offset: TEXT_OFFSET,
    });
    expect(findSection(elf, '.bss')).toBeUndefined();
    expect(elf.segments[2]).toMatchObject({ type: 1, address: 0x3008n, fileSize: 0x10, memorySize: 0x1000n, flags: 5 });
    expect(sectionBytes(elf, findSection(elf, '.data')!)).toEqual(new Uint8Array(0x10));
  });

  it('translates addresses and file offsets', () => {
    expect(fileOffsetOf(elf, 0x1000n)).toBe(TEXT_OFFSET);
    expect(fileOffsetOf(elf, 0x107fn)).toBe(TEXT_OFFSET + 0x7f);
    expect(fileOffsetOf(elf, 0x1080n)).toBeUndefined();
    expect(fileOffsetOf(elf, 0x3010n)).toBe(DATA_OFFSET + 8);
    expect(fileOffsetOf(elf, 0x3018n)).toBeUndefined();
    expect(fileOffsetOf(elf, 0xfffn)).toBeUndefined();
    expect(addressOf(elf, TEXT_OFFSET + 4)).toBe(0x1004n);
    expect(addressOf(elf, DATA_OFFSET)).toBe(0x3008n);
    expect(addressOf(elf, 0)).toBeUndefined();
  });

  it('finds symbols by name, whole and shared, but not wanted ones', () => {
    expect(table?.count).toBe(8);
    expect(table?.find('malloc')).toEqual({
      index: 3,
      name: 'malloc',
      address: 0x1020n,
      sizeBytes: 0x18,
      type: 'function',
      binding: 'global',
      sectionIndex: 1,
    });
    expect(table?.find('alloc')).toMatchObject({ index: 4, name: 'alloc', binding: 'weak' });
    expect(table?.find('table')).toMatchObject({ type: 'object', address: 0x3008n });
    expect(table?.find('wanted')).toMatchObject({ index: 7, type: 'ifunc', address: 0xffff_ffff_8100_0000n });
    expect(table?.find('lloc')).toBeUndefined();
    expect(table?.find('')).toBeUndefined();
    expect(readSymbols(elf, '.dynsym')).toBeUndefined();
  });

  it('finds functions by address', () => {
    expect(functionAt(0xfffn)).toBeUndefined();
    expect(functionAt(0x1000n)).toBe('start');
    expect(functionAt(0x101fn)).toBe('start');
    expect(functionAt(0x1020n)).toBe('malloc');
    expect(functionAt(0x1037n)).toBe('malloc');
    expect(functionAt(0x1038n)).toBe('alloc');
    expect(functionAt(0x1040n)).toBe('free');
    expect(functionAt(0x1050n)).toBeUndefined();
    expect(functionAt(0x3008n)).toBeUndefined();
    expect(functionAt(0xffff_ffff_8100_0003n)).toBe('wanted');
    expect(functionAt(0xffff_ffff_ffff_ffffn)).toBeUndefined();
  });

  it('lists its functions', () => {
    const names = Array.from(table?.functions() ?? [], (symbol) => symbol.name);
    expect(names).toEqual(['free', 'malloc', 'alloc', 'start', 'wanted']);
  });

  it('has notes and a build id', () => {
    expect(Array.from(readNotes(elf), ({ name, type }) => `${name} ${type}`)).toEqual([
      'GNU 5',
      'GNU 3',
      'stapsdt 3',
      'stapsdt 3',
      'stapsdt 9',
    ]);
    expect(buildId(elf)).toBe('ab01ff');
  });

  it('has USDT probes, corrected where the notes are of before prelinking', () => {
    expect(readUsdtProbes(elf)).toEqual([
      {
        provider: 'libc',
        name: 'memory',
        location: 0x1024n,
        base: 0x2000n,
        semaphore: 0n,
        args: '8@%rdi -4@$0',
        offset: TEXT_OFFSET + 0x24,
        semaphoreOffset: undefined,
      },
      {
        provider: 'libc',
        name: 'release',
        location: 0x1044n,
        base: 0x1000n,
        semaphore: 0x3008n,
        args: '',
        offset: TEXT_OFFSET + 0x44,
        semaphoreOffset: DATA_OFFSET,
      },
    ]);
  });

  it('names the file with its debug information', () => {
    expect(readDebugLink(elf)).toEqual({ name: 'lib.debug', crc32: 0x12345678 });
  });
});

describe('readElf', () => {
  it('reads only the ranges that are asked for', () => {
    const bytes = sampleElf('little');
    const whole = bytesSource(bytes);
    let read = 0;
    const elf = readElf({
      sizeBytes: bytes.length,
      read: (offset, length) => {
        read += length;
        return whole.read(offset, length);
      },
    });
    const headers = 64 + 64 + elf.segments.length * 56 + elf.sections.length * 64;
    expect(read).toBe(headers + (findSection(elf, '.shstrtab')?.sizeBytes ?? 0));
    expect(buildId(elf)).toBe('ab01ff');
  });

  it('reads notes from segments where section headers were removed', () => {
    const bytes = sampleElf('little');
    new DataView(bytes.buffer).setBigUint64(40, 0n, true);
    const elf = readElf(bytes);
    expect(elf.sections).toEqual([]);
    expect(buildId(elf)).toBe('ab01ff');
    expect(readUsdtProbes(elf)).toEqual([]);
    expect(readDebugLink(elf)).toBeUndefined();
  });

  it('knows files without notes and symbols', () => {
    const elf = readElf(writeElf('little', []));
    expect(buildId(elf)).toBeUndefined();
    expect(readSymbols(elf, '.symtab')).toBeUndefined();
  });

  it.each<[string, Uint8Array, string, RegExp]>([
    ['nothing', new Uint8Array(0), 'not-elf', /does not start with the ELF magic/],
    ['text', new TextEncoder().encode('#!/bin/sh\n'), 'not-elf', /does not start with the ELF magic/],
    ['a 32-bit file', changed(4, 1), 'not-elf64', /^ELF class 1: 2 \(64 bits\) is wanted/],
    ['another byte order', changed(5, 3), 'damaged', /^ELF byte order 3/],
    ['a short file', sampleElf('little').subarray(0, 63), 'damaged', /^ELF file of 63 bytes/],
    ['odd section headers', changed(58, 40), 'damaged', /^ELF header entries of 40 bytes: 64 are wanted/],
    ['odd program headers', changed(54, 32), 'damaged', /^ELF header entries of 32 bytes: 56 are wanted/],
    [
      'far section headers',
      changed(46, 1),
      'damaged',
      /^first section header: 64 bytes at \d+: the file has \d+ bytes/,
    ],
    ['far program headers', changed(38, 1), 'damaged', /^program headers: 168 bytes at \d+/],
  ])('refuses %s', (_what, bytes, code, message) => {
    expect(() => readElf(bytes)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  it('tells where a source brings less than it has', () => {
    const source = { sizeBytes: 1000, read: (_: number, length: number) => new Uint8Array(Math.min(length, 3)) };
    expect(() => readElf(source)).toThrow(expect.objectContaining({ code: 'damaged' }));
  });
});

function changed(at: number, value: number): Uint8Array {
  const bytes = sampleElf('little');
  bytes[at] = value;
  return bytes;
}
