import { SEGMENT_TYPE } from './elf-format.ts';
import type { Elf } from './read-elf.ts';

/**
 * Where in the file the byte of a virtual address lies: what uprobes attach to. Undefined where no `PT_LOAD` segment
 * takes it from the file.
 */
export function fileOffsetOf(elf: Elf, address: bigint): number | undefined {
  for (const segment of elf.segments) {
    if (segment.type !== SEGMENT_TYPE.LOAD || address < segment.address) continue;
    const within = address - segment.address;
    if (within < BigInt(segment.fileSize)) return segment.offset + Number(within);
  }
  return undefined;
}

/** The virtual address that a byte of the file is mapped to: what symbols are looked up by. */
export function addressOf(elf: Elf, fileOffset: number): bigint | undefined {
  for (const segment of elf.segments) {
    if (segment.type !== SEGMENT_TYPE.LOAD) continue;
    const within = fileOffset - segment.offset;
    if (within >= 0 && within < segment.fileSize) return segment.address + BigInt(within);
  }
  return undefined;
}
