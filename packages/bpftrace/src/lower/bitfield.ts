import type { AccessSize } from '@waggle/bpf/asm';
import type { FunctionBuilder, VirtualRegister } from '../ir/index.ts';
import { imm } from '../ir/index.ts';

/** Counted from the byte that `offset` of the load names. */
export interface Bitfield {
  readonly offsetBits: number;
  readonly sizeBits: number;
}

/** The aligned word to load, and where in it the bits are. */
export interface BitfieldUnit {
  /** Bytes from the load's own offset. */
  readonly offset: number;
  readonly sizeBytes: AccessSize;
  /** Of the lowest bit, in the word. */
  readonly shift: number;
  readonly sizeBits: number;
}

/** The smallest aligned word that holds the whole field; at least as large as its type where none smaller does. */
export function unitOf(field: Bitfield, typeBytes: AccessSize): BitfieldUnit {
  const end = field.offsetBits + field.sizeBits;
  for (const sizeBytes of [1, 2, 4, 8] as const) {
    const offset = Math.floor(field.offsetBits / 8 / sizeBytes) * sizeBytes;
    if (end <= (offset + sizeBytes) * 8) {
      return { offset, sizeBytes, shift: field.offsetBits - offset * 8, sizeBits: field.sizeBits };
    }
  }
  return { offset: 0, sizeBytes: typeBytes, shift: field.offsetBits, sizeBits: field.sizeBits };
}

/** The field's value out of the loaded word, zero- or sign-extended. */
export function extractBits(
  b: FunctionBuilder,
  word: VirtualRegister,
  unit: BitfieldUnit,
  signed: boolean,
  dst?: VirtualRegister,
): VirtualRegister {
  const raised = b.binary('lsh', word, imm(64 - unit.shift - unit.sizeBits));
  return b.binary(signed ? 'arsh' : 'rsh', raised, imm(64 - unit.sizeBits), 64, dst);
}
