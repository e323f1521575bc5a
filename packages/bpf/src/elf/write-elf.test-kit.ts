import type { ByteOrder } from '../asm/byte-order.ts';

export interface WrittenSection {
  readonly name: string;
  readonly type: number;
  readonly bytes: Uint8Array;
  readonly address?: bigint;
  /** Name of the section that it belongs to. */
  readonly link?: string;
  /** Index of the section that it speaks of. */
  readonly info?: number;
  readonly alignment?: number;
}

export interface WrittenSegment {
  readonly type: number;
  /** Name of the section whose bytes it maps. */
  readonly section: string;
  readonly address: bigint;
  readonly memorySize?: bigint;
  readonly alignment?: number;
}

/** Writes small ELF64 files for tests: headers, contents one behind the other, section headers last. */
export function writeElf(
  byteOrder: ByteOrder,
  sections: readonly WrittenSection[],
  segments: readonly WrittenSegment[] = [],
): Uint8Array {
  const little = byteOrder === 'little';
  const all = [
    { name: '', type: 0, bytes: new Uint8Array(0) },
    ...sections,
    { name: '.shstrtab', type: 3, bytes: strings([...sections.map((section) => section.name), '.shstrtab']) },
  ];
  const names = all.map((section) => section.name);
  const contentStart = 64 + segments.length * 56;
  const offsets = all.map((_, i) => all.slice(0, i).reduce((at, { bytes }) => at + pad8(bytes.length), contentStart));
  const headersAt = all.reduce((at, { bytes }) => at + pad8(bytes.length), contentStart);
  const file = new Uint8Array(headersAt + all.length * 64);
  const view = new DataView(file.buffer);

  file.set([0x7f, 0x45, 0x4c, 0x46, 2, little ? 1 : 2, 1]);
  view.setUint16(16, 3, little);
  view.setUint16(18, 62, little);
  view.setBigUint64(24, 0x1000n, little);
  view.setBigUint64(32, 64n, little);
  view.setBigUint64(40, BigInt(headersAt), little);
  for (const [i, value] of [64, 56, segments.length, 64, all.length, all.length - 1].entries()) {
    view.setUint16(52 + i * 2, value, little);
  }
  for (const [i, segment] of segments.entries()) {
    const at = 64 + i * 56;
    const index = names.indexOf(segment.section);
    const size = BigInt(all[index]!.bytes.length);
    view.setUint32(at, segment.type, little);
    view.setUint32(at + 4, 5, little);
    view.setBigUint64(at + 8, BigInt(offsets[index]!), little);
    view.setBigUint64(at + 16, segment.address, little);
    view.setBigUint64(at + 32, size, little);
    view.setBigUint64(at + 40, segment.memorySize ?? size, little);
    view.setBigUint64(at + 48, BigInt(segment.alignment ?? 4), little);
  }
  let nameAt = 1;
  for (const [i, section] of all.entries() as Iterable<[number, WrittenSection]>) {
    const at = headersAt + i * 64;
    file.set(section.bytes, offsets[i]!);
    view.setUint32(at, i === 0 ? 0 : nameAt, little);
    view.setUint32(at + 4, section.type, little);
    view.setBigUint64(at + 16, section.address ?? 0n, little);
    view.setBigUint64(at + 24, BigInt(offsets[i]!), little);
    view.setBigUint64(at + 32, BigInt(section.bytes.length), little);
    view.setUint32(at + 40, section.link === undefined ? 0 : names.indexOf(section.link), little);
    view.setUint32(at + 44, section.info ?? 0, little);
    view.setBigUint64(at + 48, BigInt(section.alignment ?? 4), little);
    if (i > 0) nameAt += section.name.length + 1;
  }
  return file;
}

/** A string section: the empty string, then these. */
export function strings(texts: readonly string[]): Uint8Array {
  return new TextEncoder().encode(`\0${texts.map((text) => `${text}\0`).join('')}`);
}

export interface WrittenSymbol {
  readonly name: number;
  readonly info: number;
  readonly section: number;
  readonly address: bigint;
  readonly size: bigint;
}

export function symbols(byteOrder: ByteOrder, entries: readonly WrittenSymbol[]): Uint8Array {
  const little = byteOrder === 'little';
  const view = new DataView(new ArrayBuffer(entries.length * 24));
  for (const [i, entry] of entries.entries()) {
    view.setUint32(i * 24, entry.name, little);
    view.setUint8(i * 24 + 4, entry.info);
    view.setUint16(i * 24 + 6, entry.section, little);
    view.setBigUint64(i * 24 + 8, entry.address, little);
    view.setBigUint64(i * 24 + 16, entry.size, little);
  }
  return new Uint8Array(view.buffer);
}

export function note(byteOrder: ByteOrder, name: string, type: number, description: Uint8Array): Uint8Array {
  const nameBytes = new TextEncoder().encode(`${name}\0`);
  const descriptionAt = 12 + pad4(nameBytes.length);
  const bytes = new Uint8Array(descriptionAt + pad4(description.length));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, nameBytes.length, byteOrder === 'little');
  view.setUint32(4, description.length, byteOrder === 'little');
  view.setUint32(8, type, byteOrder === 'little');
  bytes.set(nameBytes, 12);
  bytes.set(description, descriptionAt);
  return bytes;
}

/** The description of a USDT note. */
export function usdt(byteOrder: ByteOrder, addresses: readonly bigint[], ...texts: string[]): Uint8Array {
  const text = new TextEncoder().encode(texts.map((part) => `${part}\0`).join(''));
  const bytes = new Uint8Array(addresses.length * 8 + text.length);
  const view = new DataView(bytes.buffer);
  for (const [i, address] of addresses.entries()) view.setBigUint64(i * 8, address, byteOrder === 'little');
  bytes.set(text, addresses.length * 8);
  return bytes;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

function pad4(size: number): number {
  return (size + 3) & ~3;
}

function pad8(size: number): number {
  return (size + 7) & ~7;
}
