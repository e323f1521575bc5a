/** The numbers of ELF that are read here: System V gABI; include/uapi/linux/elf.h. */

/** 0x7f `ELF`, as a big-endian word. */
export const ELF_MAGIC = 0x7f454c46;
export const ELF_CLASS_64 = 2;
export const ELF_DATA_LITTLE = 1;
export const ELF_DATA_BIG = 2;

/** Bytes of the structs of ELF64. */
export const HEADER_SIZE = 64;
export const SECTION_HEADER_SIZE = 64;
export const PROGRAM_HEADER_SIZE = 56;
export const SYMBOL_SIZE = 24;

export const ELF_TYPES = ['none', 'relocatable', 'executable', 'shared', 'core'] as const;

export const SECTION_TYPE = { SYMTAB: 2, RELA: 4, NOTE: 7, NOBITS: 8, REL: 9, DYNSYM: 11 } as const;
export const SEGMENT_TYPE = { LOAD: 1, NOTE: 4 } as const;

/** Where a 16-bit count is too small, the first section header holds it. */
export const SHN_UNDEF = 0;
export const SHN_XINDEX = 0xffff;
export const PN_XNUM = 0xffff;

export const SYMBOL_TYPES = ['none', 'object', 'function', 'section', 'file', 'common', 'tls'] as const;
export const STT_GNU_IFUNC = 10;
export const SYMBOL_BINDINGS = ['local', 'global', 'weak'] as const;
