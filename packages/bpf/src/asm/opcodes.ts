/**
 * The numbers of the instruction set: RFC 9669, and include/uapi/linux/bpf.h for the pseudo source registers.
 *
 * An opcode byte is `class | source << 3 | operation` for ALU and jumps, `class | size | mode` for loads and stores.
 */
import type { AccessSize, AluOp, AtomicOp, JumpOp } from './instruction.ts';

/** Bytes of one `struct bpf_insn`: u8 opcode, u8 registers, s16 offset, s32 immediate. */
export const INSN_SIZE = 8;

/** Bits 0-2 of the opcode. */
export const CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, JMP32: 6, ALU64: 7 } as const;

/** Bits 5-7 of a load's or store's opcode. */
export const MODE = { IMM: 0x00, ABS: 0x20, IND: 0x40, MEM: 0x60, MEMSX: 0x80, ATOMIC: 0xc0 } as const;

/** Bits 3-4 of a load's or store's opcode, by width in bytes. */
export const SIZE_BITS: Readonly<Record<AccessSize, number>> = { 4: 0x00, 2: 0x08, 1: 0x10, 8: 0x18 };

/** Bit 3 of an ALU or jump opcode: the second operand is the source register, not the immediate. */
export const SOURCE_REGISTER = 0x08;

/** Bits 4-7 of an ALU opcode. `sdiv` and `smod` are `div` and `mod` with offset 1. */
export const ALU_BITS: Readonly<Record<AluOp, number>> = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  sdiv: 0x30,
  or: 0x40,
  and: 0x50,
  lsh: 0x60,
  rsh: 0x70,
  mod: 0x90,
  smod: 0x90,
  xor: 0xa0,
  mov: 0xb0,
  arsh: 0xc0,
};
export const ALU_NEG = 0x80;
export const ALU_END = 0xd0;

/** Bits 4-7 of a jump opcode. */
export const JUMP_BITS: Readonly<Record<JumpOp, number>> = {
  eq: 0x10,
  gt: 0x20,
  ge: 0x30,
  set: 0x40,
  ne: 0x50,
  sgt: 0x60,
  sge: 0x70,
  lt: 0xa0,
  le: 0xb0,
  slt: 0xc0,
  sle: 0xd0,
};
export const JUMP_ALWAYS = 0x00;
export const JUMP_CALL = 0x80;
export const JUMP_EXIT = 0x90;

/** The immediate of an atomic operation, without `ATOMIC_FETCH`. */
export const ATOMIC_BITS: Readonly<Record<AtomicOp, number>> = {
  add: 0x00,
  or: 0x40,
  and: 0x50,
  xor: 0xa0,
  xchg: 0xe0,
  cmpxchg: 0xf0,
};
export const ATOMIC_FETCH = 0x01;

/** The two-slot load of 64 bits: `LD | DW | IMM`. */
export const LDDW = 0x18;

/** Source register of an `lddw`: what its immediate stands for. */
export const PSEUDO_LDDW = { CONST: 0, MAP_FD: 1, MAP_VALUE: 2, BTF_ID: 3, FUNC: 4 } as const;

/** Source register of a call: what its immediate stands for. */
export const PSEUDO_CALL = { HELPER: 0, FUNCTION: 1, KFUNC: 2 } as const;
