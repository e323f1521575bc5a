import { SECTION_TYPE } from './elf-format.ts';
import { viewOf } from './elf-source.ts';
import type { Elf, ElfSection } from './read-elf.ts';
import { sectionBytes } from './read-elf.ts';

/** A place in a section that depends on a symbol: in BPF objects, the load of a map or the call of a function. */
export interface ElfRelocation {
  /** Byte in the section. */
  readonly offset: number;
  /** `R_BPF_64_64` is 1, `R_BPF_64_32` is 10. */
  readonly type: number;
  /** Index in `.symtab`. */
  readonly symbolIndex: number;
  /** Undefined where it stands in the section itself (`SHT_REL`). */
  readonly addend: bigint | undefined;
}

/**
 * The relocations of a section of a relocatable file, in the file's order: `u64 offset; u64 symbol << 32 | type`, and
 * `s64 addend` in `SHT_RELA`.
 * @throws ElfError `damaged`.
 */
export function readRelocations(elf: Elf, target: ElfSection): ElfRelocation[] {
  const little = elf.byteOrder === 'little';
  const relocations: ElfRelocation[] = [];
  for (const section of elf.sections) {
    const hasAddend = section.type === SECTION_TYPE.RELA;
    if ((section.type !== SECTION_TYPE.REL && !hasAddend) || section.info !== target.index) continue;
    const view = viewOf(sectionBytes(elf, section));
    const size = hasAddend ? 24 : 16;
    for (let at = 0; at + size <= view.byteLength; at += size) {
      const info = view.getBigUint64(at + 8, little);
      relocations.push({
        offset: Number(view.getBigUint64(at, little)),
        type: Number(info & 0xffffffffn),
        symbolIndex: Number(info >> 32n),
        addend: hasAddend ? view.getBigInt64(at + 16, little) : undefined,
      });
    }
  }
  return relocations;
}
