import { ElfError } from './elf-error.ts';
import { viewOf } from './elf-source.ts';
import { elfString } from './elf-string.ts';
import type { Elf } from './read-elf.ts';
import { findSection, sectionBytes } from './read-elf.ts';

/** The file that holds the symbols and debug information of a stripped one. */
export interface DebugLink {
  /** A file name without folders. */
  readonly name: string;
  readonly crc32: number;
}

/** `.gnu_debuglink`: the name, padding to 4 bytes, a CRC of the whole file. @throws ElfError `damaged`. */
export function readDebugLink(elf: Elf): DebugLink | undefined {
  const section = findSection(elf, '.gnu_debuglink');
  if (section === undefined) return undefined;
  const bytes = sectionBytes(elf, section);
  const name = elfString(bytes, 0);
  const crcOffset = (bytes.indexOf(0) + 4) & ~3;
  if (crcOffset + 4 > bytes.length) throw new ElfError('damaged', 'section ".gnu_debuglink" without a checksum');
  return { name, crc32: viewOf(bytes).getUint32(crcOffset, elf.byteOrder === 'little') };
}
