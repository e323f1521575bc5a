import type { ByteOrder } from '../asm/byte-order.ts';
import { ElfError } from './elf-error.ts';
import {
  ELF_CLASS_64,
  ELF_DATA_BIG,
  ELF_DATA_LITTLE,
  ELF_MAGIC,
  ELF_TYPES,
  HEADER_SIZE,
  PN_XNUM,
  PROGRAM_HEADER_SIZE,
  SECTION_HEADER_SIZE,
  SECTION_TYPE,
  SHN_XINDEX,
} from './elf-format.ts';
import type { ElfSource } from './elf-source.ts';
import { bytesSource, readRange, viewOf } from './elf-source.ts';
import { elfString } from './elf-string.ts';

/** One section header; its bytes are read by `sectionBytes`. */
export interface ElfSection {
  readonly index: number;
  readonly name: string;
  /** `sh_type`. */
  readonly type: number;
  /** `sh_flags`, the low 32 bits. */
  readonly flags: number;
  readonly address: bigint;
  readonly offset: number;
  readonly sizeBytes: number;
  /** Index of a section that belongs to it, such as a symbol table's strings. */
  readonly link: number;
  readonly info: number;
  readonly alignment: number;
  readonly entrySize: number;
}

/** One program header: a range of the file, and the addresses at which the loader maps it. */
export interface ElfSegment {
  /** `p_type`. */
  readonly type: number;
  /** `p_flags`: 1 execute, 2 write, 4 read. */
  readonly flags: number;
  readonly offset: number;
  readonly address: bigint;
  readonly fileSize: number;
  readonly memorySize: bigint;
  readonly alignment: number;
}

export interface Elf {
  readonly source: ElfSource;
  readonly byteOrder: ByteOrder;
  readonly type: (typeof ELF_TYPES)[number] | 'other';
  /** `e_machine`: 62 x86-64, 183 arm64, 247 BPF. */
  readonly machine: number;
  readonly entry: bigint;
  /** By index; empty in files whose section headers were removed. */
  readonly sections: readonly ElfSection[];
  readonly segments: readonly ElfSegment[];
}

interface Header {
  readonly sectionsOffset: number;
  readonly sectionCount: number;
  readonly namesIndex: number;
  readonly segmentsOffset: number;
  readonly segmentCount: number;
}

/**
 * Reads the headers of an ELF64 file of either byte order. Contents are read when they are asked for.
 * @throws ElfError `not-elf`, `not-elf64` (a 32-bit file), `damaged`.
 */
export function readElf(input: Uint8Array | ElfSource): Elf {
  const source = input instanceof Uint8Array ? bytesSource(input) : input;
  const view = viewOf(readIdentity(source));
  const byteOrder: ByteOrder = view.getUint8(5) === ELF_DATA_LITTLE ? 'little' : 'big';
  const little = byteOrder === 'little';
  const header = readHeader(source, view, little);
  return {
    source,
    byteOrder,
    type: ELF_TYPES[view.getUint16(16, little)] ?? 'other',
    machine: view.getUint16(18, little),
    entry: view.getBigUint64(24, little),
    sections: readSections(source, header, little),
    segments: readSegments(source, header, little),
  };
}

/** The section of that name: the first one. */
export function findSection(elf: Elf, name: string): ElfSection | undefined {
  return elf.sections.find((section) => section.name === name);
}

/** What the file holds of a section: nothing for `.bss`. Compressed sections come as they are. @throws ElfError. */
export function sectionBytes(elf: Elf, section: ElfSection): Uint8Array {
  if (section.type === SECTION_TYPE.NOBITS) return new Uint8Array(0);
  return readRange(elf.source, section.offset, section.sizeBytes, `section "${section.name}"`);
}

/** What the file holds of a segment. @throws ElfError `damaged`. */
export function segmentBytes(elf: Elf, segment: ElfSegment): Uint8Array {
  return readRange(elf.source, segment.offset, segment.fileSize, 'segment');
}

/** The file header, once it is known to be one of ELF64. */
function readIdentity(source: ElfSource): Uint8Array {
  const start = readRange(source, 0, Math.min(source.sizeBytes, HEADER_SIZE), 'ELF header');
  const view = viewOf(start);
  if (start.length < 6 || view.getUint32(0) !== ELF_MAGIC) {
    throw new ElfError('not-elf', 'the file does not start with the ELF magic', 0);
  }
  if (start[4] !== ELF_CLASS_64) throw new ElfError('not-elf64', `ELF class ${start[4]}: 2 (64 bits) is wanted`, 4);
  if (start[5] !== ELF_DATA_LITTLE && start[5] !== ELF_DATA_BIG) {
    throw new ElfError('damaged', `ELF byte order ${start[5]}: 1 or 2 is wanted`, 5);
  }
  if (start.length < HEADER_SIZE) throw new ElfError('damaged', `ELF file of ${start.length} bytes`, start.length);
  return start;
}

/** The counts, which overflow into the first section header. */
function readHeader(source: ElfSource, view: DataView, little: boolean): Header {
  const segmentsOffset = Number(view.getBigUint64(32, little));
  const sectionsOffset = Number(view.getBigUint64(40, little));
  let segmentCount = view.getUint16(56, little);
  let sectionCount = view.getUint16(60, little);
  let namesIndex = view.getUint16(62, little);
  checkEntrySize(segmentCount, view.getUint16(54, little), PROGRAM_HEADER_SIZE, 54);
  if (sectionsOffset !== 0) {
    checkEntrySize(1, view.getUint16(58, little), SECTION_HEADER_SIZE, 58);
    const first = viewOf(readRange(source, sectionsOffset, SECTION_HEADER_SIZE, 'first section header'));
    if (sectionCount === 0) sectionCount = Number(first.getBigUint64(32, little));
    if (namesIndex === SHN_XINDEX) namesIndex = first.getUint32(40, little);
    if (segmentCount === PN_XNUM) segmentCount = first.getUint32(44, little);
  } else {
    sectionCount = 0;
  }
  return { sectionsOffset, sectionCount, namesIndex, segmentsOffset, segmentCount };
}

function checkEntrySize(count: number, size: number, wanted: number, offset: number): void {
  if (count === 0 || size === wanted) return;
  throw new ElfError('damaged', `ELF header entries of ${size} bytes: ${wanted} are wanted`, offset);
}

function readSections(source: ElfSource, header: Header, little: boolean): ElfSection[] {
  const { sectionsOffset, sectionCount, namesIndex } = header;
  const bytes = readRange(source, sectionsOffset, sectionCount * SECTION_HEADER_SIZE, 'section headers');
  const view = viewOf(bytes);
  const sections: ElfSection[] = [];
  const nameOffsets: number[] = [];
  for (let index = 0; index < sectionCount; index++) {
    const at = index * SECTION_HEADER_SIZE;
    nameOffsets.push(view.getUint32(at, little));
    sections.push({
      index,
      name: '',
      type: view.getUint32(at + 4, little),
      flags: Number(view.getBigUint64(at + 8, little) & 0xffffffffn),
      address: view.getBigUint64(at + 16, little),
      offset: Number(view.getBigUint64(at + 24, little)),
      sizeBytes: Number(view.getBigUint64(at + 32, little)),
      link: view.getUint32(at + 40, little),
      info: view.getUint32(at + 44, little),
      alignment: Number(view.getBigUint64(at + 48, little)),
      entrySize: Number(view.getBigUint64(at + 56, little)),
    });
  }
  const names = sections[namesIndex];
  if (namesIndex === 0 || names === undefined) return sections;
  const strings = readRange(source, names.offset, names.sizeBytes, 'section names');
  return sections.map((section, i) => ({ ...section, name: elfString(strings, nameOffsets[i]!) }));
}

function readSegments(source: ElfSource, header: Header, little: boolean): ElfSegment[] {
  const { segmentsOffset, segmentCount } = header;
  const view = viewOf(readRange(source, segmentsOffset, segmentCount * PROGRAM_HEADER_SIZE, 'program headers'));
  const segments: ElfSegment[] = [];
  for (let at = 0; at < view.byteLength; at += PROGRAM_HEADER_SIZE) {
    segments.push({
      type: view.getUint32(at, little),
      flags: view.getUint32(at + 4, little),
      offset: Number(view.getBigUint64(at + 8, little)),
      address: view.getBigUint64(at + 16, little),
      fileSize: Number(view.getBigUint64(at + 32, little)),
      memorySize: view.getBigUint64(at + 40, little),
      alignment: Number(view.getBigUint64(at + 48, little)),
    });
  }
  return segments;
}
