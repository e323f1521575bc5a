import { AsmError } from './asm-error.ts';
import type { EncodedInsn, RealInstruction } from './encode-instruction.ts';
import { encodeInstruction } from './encode-instruction.ts';
import type { AccessSize, AluOp, AtomicOp, CallTarget, Imm64, JumpOp, Register, Source } from './instruction.ts';
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

/** The fields of one slot. */
export type Insn = Omit<EncodedInsn, 'highImm'>;

/** Names for what an instruction holds as a number only. */
export interface Names {
  labelAt(slot: number): string;
  mapName(fd: number): string;
}

/** The slot that an instruction jumps to, calls or takes the address of; undefined for all others. */
export function targetOf(insn: Insn, slot: number): { readonly slot: number; readonly call: boolean } | undefined {
  if (insn.opcode === LDDW && insn.src === PSEUDO_LDDW.FUNC) return { slot: slot + 1 + insn.imm, call: true };
  const insnClass = insn.opcode & 0x07;
  if (insnClass !== CLASS.JMP && insnClass !== CLASS.JMP32) return undefined;
  switch (insn.opcode & 0xf0) {
    case JUMP_CALL:
      return insn.src === PSEUDO_CALL.FUNCTION ? { slot: slot + 1 + insn.imm, call: true } : undefined;
    case JUMP_EXIT:
      return undefined;
    default:
      return { slot: slot + 1 + insn.offset, call: false };
  }
}

/**
 * The instruction at a slot. What is decoded is encoded again, so that a field with anything that the instruction does
 * not say is refused, not lost.
 * @throws AsmError `invalid-bytes`.
 */
export function decodeInstruction(insns: readonly Insn[], slot: number, names: Names): RealInstruction {
  const insn = insns[slot]!;
  const next = insns[slot + 1];
  const decoded = decode(insn, next, slot, names);
  if (decoded === undefined || !isExact(decoded, insn, next, slot)) {
    const text = `opcode 0x${insn.opcode.toString(16).padStart(2, '0')}`;
    throw new AsmError('invalid-bytes', `slot ${slot}: ${text} with these operands is no instruction`, slot);
  }
  return decoded;
}

function decode(insn: Insn, next: Insn | undefined, slot: number, names: Names): RealInstruction | undefined {
  if (insn.dst > 10 || insn.src > 10) return undefined;
  switch (insn.opcode & 0x07) {
    case CLASS.LD:
      return insn.opcode === LDDW ? decodeLddw(insn, next, slot, names) : decodePacketLoad(insn);
    case CLASS.LDX:
      return decodeLoad(insn);
    case CLASS.ST:
    case CLASS.STX:
      return decodeStore(insn);
    case CLASS.ALU:
    case CLASS.ALU64:
      return decodeAlu(insn);
    default:
      return decodeJump(insn, slot, names);
  }
}

function decodeLddw(insn: Insn, next: Insn | undefined, slot: number, names: Names): RealInstruction | undefined {
  if (next === undefined) return undefined;
  const value = lddwValue(insn, next, slot, names);
  return value && { kind: 'lddw', dst: insn.dst as Register, value };
}

function lddwValue(insn: Insn, next: Insn, slot: number, names: Names): Imm64 | undefined {
  switch (insn.src) {
    case PSEUDO_LDDW.CONST:
      return { kind: 'const', value: (BigInt(next.imm >>> 0) << 32n) | BigInt(insn.imm >>> 0) };
    case PSEUDO_LDDW.MAP_FD:
      return { kind: 'map', map: names.mapName(insn.imm) };
    case PSEUDO_LDDW.MAP_VALUE:
      return { kind: 'map-value', map: names.mapName(insn.imm), offset: next.imm };
    case PSEUDO_LDDW.BTF_ID:
      return { kind: 'btf', btfId: insn.imm };
    case PSEUDO_LDDW.FUNC:
      return { kind: 'function', label: names.labelAt(slot + 1 + insn.imm) };
    default:
      return undefined;
  }
}

function decodePacketLoad(insn: Insn): RealInstruction | undefined {
  const size = sizeOf(insn);
  const mode = insn.opcode & 0xe0;
  if (size === 8 || (mode !== MODE.ABS && mode !== MODE.IND)) return undefined;
  const load = { kind: 'load-packet', size, offset: insn.imm } as const;
  return mode === MODE.IND ? { ...load, index: insn.src as Register } : load;
}

function decodeLoad(insn: Insn): RealInstruction | undefined {
  const mode = insn.opcode & 0xe0;
  const [dst, base] = [insn.dst as Register, insn.src as Register];
  const load = { kind: 'load', size: sizeOf(insn), dst, base, offset: insn.offset } as const;
  if (mode === MODE.MEM) return load;
  return mode === MODE.MEMSX && load.size !== 8 ? { ...load, signed: true } : undefined;
}

function decodeStore(insn: Insn): RealInstruction | undefined {
  const mode = insn.opcode & 0xe0;
  const size = sizeOf(insn);
  const place = { base: insn.dst as Register, offset: insn.offset };
  const isRegister = (insn.opcode & 0x07) === CLASS.STX;
  if (mode === MODE.MEM) {
    return { kind: 'store', size, ...place, src: isRegister ? { reg: insn.src as Register } : { imm: insn.imm } };
  }
  const op = keyOf(ATOMIC_BITS, insn.imm & ~ATOMIC_FETCH);
  if (mode !== MODE.ATOMIC || !isRegister || op === undefined || size < 4) return undefined;
  const fetch = (insn.imm & ATOMIC_FETCH) !== 0;
  if (!fetch && (op === 'xchg' || op === 'cmpxchg')) return undefined;
  return { kind: 'atomic', op: op as AtomicOp, fetch, size: size as 4 | 8, ...place, src: insn.src as Register };
}

function decodeAlu(insn: Insn): RealInstruction | undefined {
  const dst = insn.dst as Register;
  const bits = (insn.opcode & 0x07) === CLASS.ALU64 ? 64 : 32;
  const operation = insn.opcode & 0xf0;
  if (operation === ALU_NEG) return { kind: 'neg', bits, dst };
  if (operation === ALU_END) return decodeEndian(insn, bits);
  const op = aluOp(operation, insn.offset);
  if (op === undefined) return undefined;
  const alu = { kind: 'alu', op, bits, dst, src: sourceOf(insn) } as const;
  if (op !== 'mov' || insn.offset === 0) return alu;
  const { offset } = insn;
  const isExtension = 'reg' in alu.src && (offset === 8 || offset === 16 || (offset === 32 && bits === 64));
  return isExtension ? { ...alu, signExtend: offset } : undefined;
}

/** The signed divisions are the unsigned ones with offset 1. */
function aluOp(operation: number, offset: number): AluOp | undefined {
  if (operation === ALU_BITS.div) return offset === 1 ? 'sdiv' : 'div';
  if (operation === ALU_BITS.mod) return offset === 1 ? 'smod' : 'mod';
  return keyOf(ALU_BITS, operation);
}

function decodeEndian(insn: Insn, bits: 32 | 64): RealInstruction | undefined {
  const { imm } = insn;
  if (imm !== 16 && imm !== 32 && imm !== 64) return undefined;
  const to = bits === 64 ? 'swap' : (insn.opcode & SOURCE_REGISTER) === 0 ? 'le' : 'be';
  return { kind: 'endian', to, bits: imm, dst: insn.dst as Register };
}

function decodeJump(insn: Insn, slot: number, names: Names): RealInstruction | undefined {
  const bits = (insn.opcode & 0x07) === CLASS.JMP ? 64 : 32;
  const operation = insn.opcode & 0xf0;
  if (operation === JUMP_CALL) {
    const target = callTarget(insn, slot, names);
    return target && { kind: 'call', target };
  }
  if (operation === JUMP_EXIT) return { kind: 'exit' };
  const target = names.labelAt(slot + 1 + insn.offset);
  if (operation === JUMP_ALWAYS) return { kind: 'goto', target };
  const op: JumpOp | undefined = keyOf(JUMP_BITS, operation);
  return op && { kind: 'jump', op, bits, dst: insn.dst as Register, src: sourceOf(insn), target };
}

function callTarget(insn: Insn, slot: number, names: Names): CallTarget | undefined {
  switch (insn.src) {
    case PSEUDO_CALL.HELPER:
      return { kind: 'helper', id: insn.imm };
    case PSEUDO_CALL.FUNCTION:
      return { kind: 'function', label: names.labelAt(slot + 1 + insn.imm) };
    case PSEUDO_CALL.KFUNC:
      return { kind: 'kfunc', btfId: insn.imm };
    default:
      return undefined;
  }
}

function sizeOf(insn: Insn): AccessSize {
  const bits = insn.opcode & 0x18;
  if (bits === SIZE_BITS[1]) return 1;
  if (bits === SIZE_BITS[2]) return 2;
  return bits === SIZE_BITS[4] ? 4 : 8;
}

function sourceOf(insn: Insn): Source {
  return (insn.opcode & SOURCE_REGISTER) === 0 ? { imm: insn.imm } : { reg: insn.src as Register };
}

function keyOf<K extends string>(table: Readonly<Record<K, number>>, value: number): K | undefined {
  for (const key in table) if (table[key] === value) return key;
  return undefined;
}

/** The immediate of a map load is the loader's: any will do. */
function isExact(decoded: RealInstruction, insn: Insn, next: Insn | undefined, slot: number): boolean {
  const target = targetOf(insn, slot);
  const again = encodeInstruction(decoded, () => (target?.slot ?? 0) - slot - 1);
  const holdsMap = decoded.kind === 'lddw' && (decoded.value.kind === 'map' || decoded.value.kind === 'map-value');
  const isFirstExact =
    again.opcode === insn.opcode &&
    again.dst === insn.dst &&
    again.src === insn.src &&
    again.offset === insn.offset &&
    (again.imm === insn.imm || holdsMap);
  if (again.highImm === undefined) return isFirstExact;
  const isBare = next?.opcode === 0 && next.dst === 0 && next.src === 0 && next.offset === 0;
  return isFirstExact && isBare && next.imm === again.highImm;
}
