import type { ByteOrder } from '../asm/byte-order.ts';
import { concat, note, strings, symbols, usdt, writeElf } from './write-elf.test-kit.ts';

/** `malloc` and `alloc` share their bytes. */
const NAMES = strings(['malloc', 'free', 'start', 'wanted', 'table']);
const [MALLOC, ALLOC, FREE, START, WANTED, TABLE] = [1, 2, 8, 13, 19, 26];
const [FUNCTION, OBJECT, IFUNC, GLOBAL, WEAK] = [2, 1, 10, 1 << 4, 2 << 4];

/** A library: text at 0x1000, data at 0x3008, functions with and without sizes, two probes of which one is prelinked. */
export function sampleElf(byteOrder: ByteOrder): Uint8Array {
  const table = symbols(byteOrder, [
    { name: 0, info: 0, section: 0, address: 0n, size: 0n },
    { name: FREE, info: FUNCTION | GLOBAL, section: 1, address: 0x1040n, size: 0x10n },
    { name: WANTED, info: FUNCTION | GLOBAL, section: 0, address: 0n, size: 0n },
    { name: MALLOC, info: FUNCTION | GLOBAL, section: 1, address: 0x1020n, size: 0x18n },
    { name: ALLOC, info: FUNCTION | WEAK, section: 1, address: 0x1020n, size: 0x20n },
    { name: START, info: FUNCTION, section: 1, address: 0x1000n, size: 0n },
    { name: TABLE, info: OBJECT | GLOBAL, section: 2, address: 0x3008n, size: 8n },
    { name: WANTED, info: IFUNC | GLOBAL, section: 1, address: 0xffff_ffff_8100_0000n, size: 4n },
  ]);
  const notes = concat(
    note(byteOrder, 'stapsdt', 3, usdt(byteOrder, [0x1024n, 0x2000n, 0n], 'libc', 'memory', '8@%rdi -4@$0')),
    note(byteOrder, 'stapsdt', 3, usdt(byteOrder, [0x0044n, 0x1000n, 0x2008n], 'libc', 'release', '')),
    note(byteOrder, 'stapsdt', 9, Uint8Array.of(1)),
  );
  const crc = new Uint8Array(4);
  new DataView(crc.buffer).setUint32(0, 0x12345678, byteOrder === 'little');
  return writeElf(
    byteOrder,
    [
      { name: '.text', type: 1, bytes: new Uint8Array(0x80), address: 0x1000n },
      { name: '.data', type: 1, bytes: new Uint8Array(0x10), address: 0x3008n },
      { name: '.symtab', type: 2, bytes: table, link: '.strtab' },
      { name: '.strtab', type: 3, bytes: NAMES },
      { name: '.note.gnu.property', type: 7, bytes: note(byteOrder, 'GNU', 5, new Uint8Array(16)), alignment: 8 },
      { name: '.note.gnu.build-id', type: 7, bytes: note(byteOrder, 'GNU', 3, Uint8Array.of(0xab, 0x01, 0xff)) },
      { name: '.stapsdt.base', type: 1, bytes: new Uint8Array(1), address: 0x2000n },
      { name: '.note.stapsdt', type: 7, bytes: notes },
      { name: '.gnu_debuglink', type: 1, bytes: concat(new TextEncoder().encode('lib.debug\0\0\0'), crc) },
    ],
    [
      { type: 4, section: '.note.gnu.build-id', address: 0n },
      { type: 1, section: '.text', address: 0x1000n },
      { type: 1, section: '.data', address: 0x3008n, memorySize: 0x1000n },
    ],
  );
}
