/**
 * ELF64 files: headers, symbols, notes, USDT probes, addresses. Pure: an `ElfSource` brings the bytes.
 */
export { addressOf, fileOffsetOf } from './address-map.ts';
export type { DebugLink } from './debug-link.ts';
export { readDebugLink } from './debug-link.ts';
export type { ElfErrorCode } from './elf-error.ts';
export { ElfError } from './elf-error.ts';
export { SECTION_TYPE, SEGMENT_TYPE } from './elf-format.ts';
export type { ElfSource } from './elf-source.ts';
export { bytesSource } from './elf-source.ts';
export type { ElfNote } from './notes.ts';
export { buildId, readNotes } from './notes.ts';
export type { Elf, ElfSection, ElfSegment } from './read-elf.ts';
export { findSection, readElf, sectionBytes, segmentBytes } from './read-elf.ts';
export type { ElfRelocation } from './relocations.ts';
export { readRelocations } from './relocations.ts';
export type { ElfSymbol, SymbolTable } from './symbol-table.ts';
export { readSymbols } from './symbol-table.ts';
export type { UsdtProbe } from './usdt-probes.ts';
export { readUsdtProbes } from './usdt-probes.ts';
