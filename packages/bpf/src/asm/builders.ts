/**
 * Short constructors of instructions: `mov64(0, 7)`, `ldx(4, 1, 2, 8)`, `jeqImm(0, 0, 'out')`.
 *
 * A number as the second operand is a register in `…64`/`…32` forms and in `stx`; immediates have forms of their own
 * that end in `Imm`, as the two are told apart nowhere else.
 */
import type { HelperName } from './helper-ids.ts';
import { HELPER_IDS } from './helper-ids.ts';
import type { AccessSize, AluOp, AtomicOp, Instruction, JumpOp, Register, Source } from './instruction.ts';

/** A place to jump to. */
export function label(name: string): Instruction {
  return { kind: 'label', name };
}

/** The start of a subprogram (or of the main program). */
export function functionLabel(name: string): Instruction {
  return { kind: 'label', name, function: true };
}

export function reg(register: Register): Source {
  return { reg: register };
}

export function imm(value: number): Source {
  return { imm: value };
}

/** `dst = dst op src` on 64 bits. */
export function alu64(op: AluOp, dst: Register, src: Source): Instruction {
  return { kind: 'alu', op, bits: 64, dst, src };
}

/** `dst = dst op src` on the low 32 bits; clears the high ones. */
export function alu32(op: AluOp, dst: Register, src: Source): Instruction {
  return { kind: 'alu', op, bits: 32, dst, src };
}

export function mov64(dst: Register, src: Register): Instruction {
  return alu64('mov', dst, { reg: src });
}

/** `dst = value`, sign-extended from 32 to 64 bits. */
export function mov64Imm(dst: Register, value: number): Instruction {
  return alu64('mov', dst, { imm: value });
}

export function mov32(dst: Register, src: Register): Instruction {
  return alu32('mov', dst, { reg: src });
}

export function mov32Imm(dst: Register, value: number): Instruction {
  return alu32('mov', dst, { imm: value });
}

/** `dst = (s<fromBits>)src` to 64 bits (ISA v4, Linux 6.6). */
export function movsx64(dst: Register, src: Register, fromBits: 8 | 16 | 32): Instruction {
  return { kind: 'alu', op: 'mov', bits: 64, dst, src: { reg: src }, signExtend: fromBits };
}

export function add64(dst: Register, src: Register): Instruction {
  return alu64('add', dst, { reg: src });
}

export function add64Imm(dst: Register, value: number): Instruction {
  return alu64('add', dst, { imm: value });
}

export function sub64(dst: Register, src: Register): Instruction {
  return alu64('sub', dst, { reg: src });
}

export function and64Imm(dst: Register, value: number): Instruction {
  return alu64('and', dst, { imm: value });
}

export function or64(dst: Register, src: Register): Instruction {
  return alu64('or', dst, { reg: src });
}

export function lsh64Imm(dst: Register, bits: number): Instruction {
  return alu64('lsh', dst, { imm: bits });
}

export function rsh64Imm(dst: Register, bits: number): Instruction {
  return alu64('rsh', dst, { imm: bits });
}

export function arsh64Imm(dst: Register, bits: number): Instruction {
  return alu64('arsh', dst, { imm: bits });
}

export function neg64(dst: Register): Instruction {
  return { kind: 'neg', bits: 64, dst };
}

/** Between this machine's byte order and little or big endian; `swap` always swaps (Linux 6.6). */
export function endian(to: 'le' | 'be' | 'swap', bits: 16 | 32 | 64, dst: Register): Instruction {
  return { kind: 'endian', to, bits, dst };
}

/** `dst = *(size *)(base + offset)`, zero-extended. */
export function ldx(size: AccessSize, dst: Register, base: Register, offset: number): Instruction {
  return { kind: 'load', size, dst, base, offset };
}

/** `dst = *(size *)(base + offset)`, sign-extended (Linux 6.6). */
export function ldsx(size: 1 | 2 | 4, dst: Register, base: Register, offset: number): Instruction {
  return { kind: 'load', size, signed: true, dst, base, offset };
}

/** `*(size *)(base + offset) = src`. */
export function stx(size: AccessSize, base: Register, offset: number, src: Register): Instruction {
  return { kind: 'store', size, base, offset, src: { reg: src } };
}

/** `*(size *)(base + offset) = value`. */
export function st(size: AccessSize, base: Register, offset: number, value: number): Instruction {
  return { kind: 'store', size, base, offset, src: { imm: value } };
}

/** `*(size *)(base + offset) op= src`, atomically (Linux 5.12; `add` always). */
export function atomic(op: AtomicOp, size: 4 | 8, base: Register, offset: number, src: Register): Instruction {
  return { kind: 'atomic', op, fetch: op === 'xchg' || op === 'cmpxchg', size, base, offset, src };
}

/** The same, and `src` becomes the old value (Linux 5.12). */
export function atomicFetch(op: AtomicOp, size: 4 | 8, base: Register, offset: number, src: Register): Instruction {
  return { kind: 'atomic', op, fetch: true, size, base, offset, src };
}

/** `dst = value`, 64 bits, signed or not. */
export function lddw(dst: Register, value: bigint): Instruction {
  return { kind: 'lddw', dst, value: { kind: 'const', value } };
}

/** `dst` = the map, to hand to a helper. */
export function loadMap(dst: Register, map: string): Instruction {
  return { kind: 'lddw', dst, value: { kind: 'map', map } };
}

/** `dst` = the address of byte `offset` of the only value of an array map (Linux 5.2). */
export function loadMapValue(dst: Register, map: string, offset = 0): Instruction {
  return { kind: 'lddw', dst, value: { kind: 'map-value', map, offset } };
}

/** `dst` = a subprogram, to hand to a helper as its callback (Linux 5.13). */
export function loadFunction(dst: Register, label: string): Instruction {
  return { kind: 'lddw', dst, value: { kind: 'function', label } };
}

/** `dst` = the address of a kernel variable (Linux 5.10). */
export function loadBtfVariable(dst: Register, btfId: number): Instruction {
  return { kind: 'lddw', dst, value: { kind: 'btf', btfId } };
}

/** `r0` = the packet's bytes at `offset` (+ `index`), from network to host order; `r6` must hold the skb. */
export function loadPacket(size: 1 | 2 | 4, offset: number, index?: Register): Instruction {
  return index === undefined ? { kind: 'load-packet', size, offset } : { kind: 'load-packet', size, offset, index };
}

/** `if dst op src goto target` on 64 bits. */
export function jump(op: JumpOp, dst: Register, src: Source, target: string): Instruction {
  return { kind: 'jump', op, bits: 64, dst, src, target };
}

/** `if dst op src goto target` on the low 32 bits (Linux 5.1). */
export function jump32(op: JumpOp, dst: Register, src: Source, target: string): Instruction {
  return { kind: 'jump', op, bits: 32, dst, src, target };
}

export function jeqImm(dst: Register, value: number, target: string): Instruction {
  return jump('eq', dst, { imm: value }, target);
}

export function jneImm(dst: Register, value: number, target: string): Instruction {
  return jump('ne', dst, { imm: value }, target);
}

export function goto(target: string): Instruction {
  return { kind: 'goto', target };
}

/** Calls a helper: arguments in r1..r5, result in r0; r1..r5 are lost. */
export function callHelper(name: HelperName): Instruction {
  return { kind: 'call', target: { kind: 'helper', id: HELPER_IDS[name] } };
}

/** Calls a subprogram of this program (Linux 4.16). */
export function callFunction(label: string): Instruction {
  return { kind: 'call', target: { kind: 'function', label } };
}

/** Calls a kernel function, by its BTF id in vmlinux (Linux 5.13). */
export function callKfunc(btfId: number): Instruction {
  return { kind: 'call', target: { kind: 'kfunc', btfId } };
}

export function exit(): Instruction {
  return { kind: 'exit' };
}
