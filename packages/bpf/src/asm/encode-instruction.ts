import { AsmError } from './asm-error.ts';
import type { CallTarget, Imm64, Instruction, Source } from './instruction.ts';
import {
  ALU_BITS,
  ALU_END,
  ALU_NEG,
  ATOMIC_BITS,
  ATOMIC_FETCH,
  CLASS,
  JUMP_ALWAYS,
  JUMP_BITS,
  JUMP_CALL,
  JUMP_EXIT,
  LDDW,
  MODE,
  PSEUDO_CALL,
  PSEUDO_LDDW,
  SIZE_BITS,
  SOURCE_REGISTER,
} from './opcodes.ts';

/** The fields of one `struct bpf_insn`; `highImm` is the second slot's immediate, of a two-slot `lddw` only. */
export interface EncodedInsn {
  readonly opcode: number;
  readonly dst: number;
  readonly src: number;
  readonly offset: number;
  readonly imm: number;
  readonly highImm?: number;
}

/** How far a label lies from an instruction, in slots, counted from the slot behind it. Calls want a function's. */
export type Distance = (label: string, use: 'jump' | 'call') => number;

/** An instruction that takes up room: everything but labels. */
export type RealInstruction = Exclude<Instruction, { readonly kind: 'label' }>;

/** Slots of 8 bytes that an instruction takes: 0 for labels, 2 for `lddw`, else 1. */
export function slotsOf(instruction: Instruction): 0 | 1 | 2 {
  if (instruction.kind === 'label') return 0;
  return instruction.kind === 'lddw' ? 2 : 1;
}

/**
 * The fields of one instruction. The immediate of a map load is 0, for the loader to fill in.
 * @throws AsmError `invalid-instruction`, `immediate-out-of-range`, `offset-out-of-range`, `jump-too-far`, and
 * what `distance` throws. The instruction's place is the caller's to add.
 */
export function encodeInstruction(insn: RealInstruction, distance: Distance): EncodedInsn {
  switch (insn.kind) {
    case 'alu':
      return encodeAlu(insn);
    case 'neg':
      return fields(aluClass(insn.bits) | ALU_NEG, { dst: insn.dst });
    case 'endian':
      return encodeEndian(insn);
    case 'load':
      return encodeLoad(insn);
    case 'store':
      return encodeStore(insn);
    case 'atomic':
      return encodeAtomic(insn);
    case 'lddw':
      return encodeLddw(insn.dst, insn.value, distance);
    case 'load-packet': {
      const mode = insn.index === undefined ? MODE.ABS : MODE.IND;
      return fields(CLASS.LD | SIZE_BITS[insn.size] | mode, { src: insn.index ?? 0, imm: checkImm(insn.offset) });
    }
    case 'jump': {
      const opcode = (insn.bits === 64 ? CLASS.JMP : CLASS.JMP32) | JUMP_BITS[insn.op];
      return withSource(opcode, insn.dst, insn.src, checkJump(distance(insn.target, 'jump'), insn.target));
    }
    case 'goto':
      return fields(CLASS.JMP | JUMP_ALWAYS, { offset: checkJump(distance(insn.target, 'jump'), insn.target) });
    case 'call':
      return encodeCall(insn.target, distance);
    case 'exit':
      return fields(CLASS.JMP | JUMP_EXIT, {});
    default:
      return insn satisfies never;
  }
}

type Of<K extends Instruction['kind']> = Extract<Instruction, { readonly kind: K }>;

function encodeAlu(insn: Of<'alu'>): EncodedInsn {
  const opcode = aluClass(insn.bits) | ALU_BITS[insn.op];
  if (insn.signExtend === undefined) {
    return withSource(opcode, insn.dst, insn.src, insn.op === 'sdiv' || insn.op === 'smod' ? 1 : 0);
  }
  if (insn.op !== 'mov' || !('reg' in insn.src)) {
    throw new AsmError('invalid-instruction', `cannot sign-extend in "${insn.op}": only a move of a register can`);
  }
  if (insn.signExtend >= insn.bits) {
    throw new AsmError(
      'invalid-instruction',
      `cannot sign-extend ${insn.signExtend} bits to ${insn.bits}: fewer are wanted`,
    );
  }
  return withSource(opcode, insn.dst, insn.src, insn.signExtend);
}

/** `le` and `be` are ALU operations whose source bit tells which; `swap` is the ALU64 one. */
function encodeEndian(insn: Of<'endian'>): EncodedInsn {
  const opcode = (insn.to === 'swap' ? CLASS.ALU64 : CLASS.ALU) | ALU_END;
  return fields(insn.to === 'be' ? opcode | SOURCE_REGISTER : opcode, { dst: insn.dst, imm: insn.bits });
}

function encodeLoad(insn: Of<'load'>): EncodedInsn {
  if (insn.signed && insn.size === 8) {
    throw new AsmError('invalid-instruction', 'cannot sign-extend a load of 8 bytes: 1, 2 or 4 are wanted');
  }
  const opcode = CLASS.LDX | SIZE_BITS[insn.size] | (insn.signed ? MODE.MEMSX : MODE.MEM);
  return fields(opcode, { dst: insn.dst, src: insn.base, offset: checkOffset(insn.offset) });
}

function encodeStore(insn: Of<'store'>): EncodedInsn {
  const opcode = SIZE_BITS[insn.size] | MODE.MEM;
  const offset = checkOffset(insn.offset);
  return 'reg' in insn.src
    ? fields(CLASS.STX | opcode, { dst: insn.base, src: insn.src.reg, offset })
    : fields(CLASS.ST | opcode, { dst: insn.base, offset, imm: checkImm(insn.src.imm) });
}

function encodeAtomic(insn: Of<'atomic'>): EncodedInsn {
  if (!insn.fetch && (insn.op === 'xchg' || insn.op === 'cmpxchg')) {
    throw new AsmError('invalid-instruction', `atomic "${insn.op}" without fetch: it always fetches`);
  }
  return fields(CLASS.STX | SIZE_BITS[insn.size] | MODE.ATOMIC, {
    dst: insn.base,
    src: insn.src,
    offset: checkOffset(insn.offset),
    imm: ATOMIC_BITS[insn.op] | (insn.fetch ? ATOMIC_FETCH : 0),
  });
}

function encodeLddw(dst: number, value: Imm64, distance: Distance): EncodedInsn {
  const slots = (src: number, imm: number, highImm: number) => ({ ...fields(LDDW, { dst, src, imm }), highImm });
  switch (value.kind) {
    case 'const': {
      if (value.value < -(2n ** 63n) || value.value >= 2n ** 64n) {
        throw new AsmError('immediate-out-of-range', `cannot load ${value.value}: 64 bits are wanted`);
      }
      const low = Number(BigInt.asIntN(32, value.value));
      return slots(PSEUDO_LDDW.CONST, low, Number(BigInt.asIntN(32, value.value >> 32n)));
    }
    case 'map':
      return slots(PSEUDO_LDDW.MAP_FD, 0, 0);
    case 'map-value':
      return slots(PSEUDO_LDDW.MAP_VALUE, 0, checkImm(value.offset));
    case 'function':
      return slots(PSEUDO_LDDW.FUNC, distance(value.label, 'call'), 0);
    case 'btf':
      return slots(PSEUDO_LDDW.BTF_ID, checkImm(value.btfId), 0);
    default:
      return value satisfies never;
  }
}

function encodeCall(target: CallTarget, distance: Distance): EncodedInsn {
  const call = (src: number, imm: number) => fields(CLASS.JMP | JUMP_CALL, { src, imm });
  switch (target.kind) {
    case 'helper':
      return call(PSEUDO_CALL.HELPER, checkImm(target.id));
    case 'function':
      return call(PSEUDO_CALL.FUNCTION, distance(target.label, 'call'));
    case 'kfunc':
      return call(PSEUDO_CALL.KFUNC, checkImm(target.btfId));
    default:
      return target satisfies never;
  }
}

function aluClass(bits: 32 | 64): number {
  return bits === 64 ? CLASS.ALU64 : CLASS.ALU;
}

function withSource(opcode: number, dst: number, source: Source, offset: number): EncodedInsn {
  return 'reg' in source
    ? fields(opcode | SOURCE_REGISTER, { dst, src: source.reg, offset })
    : fields(opcode, { dst, offset, imm: checkImm(source.imm) });
}

function fields(opcode: number, rest: Partial<EncodedInsn>): EncodedInsn {
  return { opcode, dst: rest.dst ?? 0, src: rest.src ?? 0, offset: rest.offset ?? 0, imm: rest.imm ?? 0 };
}

function checkImm(imm: number): number {
  if ((imm | 0) !== imm) {
    throw new AsmError('immediate-out-of-range', `immediate ${imm}: a signed 32-bit integer is wanted`);
  }
  return imm;
}

function checkOffset(offset: number): number {
  if ((offset << 16) >> 16 !== offset) {
    throw new AsmError('offset-out-of-range', `offset ${offset}: a signed 16-bit integer is wanted`);
  }
  return offset;
}

function checkJump(slots: number, label: string): number {
  if ((slots << 16) >> 16 !== slots) {
    throw new AsmError(
      'jump-too-far',
      `cannot jump to "${label}": ${slots} instructions away, at most 32767 are wanted`,
    );
  }
  return slots;
}
