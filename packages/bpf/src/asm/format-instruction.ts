import { helperName } from './helper-ids.ts';
import type { CallTarget, Imm64, Instruction, Register, Source } from './instruction.ts';
import { ALU_SYMBOLS, ATOMIC_SYMBOLS, JUMP_SYMBOLS, quoteName, SIZE_NAMES } from './syntax.ts';

/** One instruction as text, without its comment and source line. */
export function formatInstruction(insn: Instruction): string {
  switch (insn.kind) {
    case 'label':
      return `${insn.function ? 'function ' : ''}${quoteName(insn.name)}:`;
    case 'alu': {
      const extend = insn.signExtend === undefined ? '' : `(s${insn.signExtend})`;
      return `${reg(insn.dst, insn.bits)} ${ALU_SYMBOLS[insn.op]} ${extend}${source(insn.src, insn.bits)}`;
    }
    case 'neg':
      return `${reg(insn.dst, insn.bits)} = -${reg(insn.dst, insn.bits)}`;
    case 'endian':
      return `r${insn.dst} = ${insn.to === 'swap' ? 'bswap' : insn.to}${insn.bits} r${insn.dst}`;
    case 'load': {
      const size = insn.signed ? SIZE_NAMES[insn.size].replace('u', 's') : SIZE_NAMES[insn.size];
      return `r${insn.dst} = *(${size} *)${place(insn.base, insn.offset)}`;
    }
    case 'store':
      return `*(${SIZE_NAMES[insn.size]} *)${place(insn.base, insn.offset)} = ${source(insn.src, 64)}`;
    case 'atomic':
      return atomic(insn);
    case 'lddw':
      return `r${insn.dst} = ${imm64(insn.value)} ll`;
    case 'load-packet': {
      const index = insn.index === undefined ? `${insn.offset}` : `r${insn.index} ${signed(insn.offset)}`;
      return `r0 = *(${SIZE_NAMES[insn.size]} *)skb[${index}]`;
    }
    case 'jump': {
      const condition = `${reg(insn.dst, insn.bits)} ${JUMP_SYMBOLS[insn.op]} ${source(insn.src, insn.bits)}`;
      return `if ${condition} goto ${quoteName(insn.target)}`;
    }
    case 'goto':
      return `goto ${quoteName(insn.target)}`;
    case 'call':
      return `call ${callTarget(insn.target)}`;
    case 'exit':
      return 'exit';
    default:
      return insn satisfies never;
  }
}

function atomic(insn: Extract<Instruction, { readonly kind: 'atomic' }>): string {
  const { op, src } = insn;
  const size = SIZE_NAMES[insn.size];
  const target = `(${size} *)${place(insn.base, insn.offset)}`;
  const prefix = insn.size === 8 ? 'atomic64' : 'atomic';
  if (op === 'xchg') return `r${src} = ${prefix}_xchg(${target}, r${src})`;
  if (op === 'cmpxchg') return `r0 = ${prefix}_cmpxchg(${target}, r0, r${src})`;
  if (insn.fetch) return `r${src} = ${prefix}_fetch_${op}(${target}, r${src})`;
  return `lock *${target} ${ATOMIC_SYMBOLS[op]} r${src}`;
}

function imm64(value: Imm64): string {
  switch (value.kind) {
    case 'const':
      return value.value < 0n ? `${value.value}` : `0x${value.value.toString(16)}`;
    case 'map':
      return `map[${quoteName(value.map)}]`;
    case 'map-value':
      return `map[${quoteName(value.map)}][0]${signed(value.offset)}`;
    case 'function':
      return `function[${quoteName(value.label)}]`;
    case 'btf':
      return `btf[${value.btfId}]`;
    default:
      return value satisfies never;
  }
}

function callTarget(target: CallTarget): string {
  switch (target.kind) {
    case 'helper':
      return helperName(target.id) ?? `helper[${target.id}]`;
    case 'function':
      return `function[${quoteName(target.label)}]`;
    case 'kfunc':
      return `kfunc[${target.btfId}]`;
    default:
      return target satisfies never;
  }
}

/** The low half of a register is written `w1`. */
function reg(register: Register, bits: 32 | 64): string {
  return `${bits === 64 ? 'r' : 'w'}${register}`;
}

function source(src: Source, bits: 32 | 64): string {
  return 'reg' in src ? reg(src.reg, bits) : `${src.imm}`;
}

function place(base: Register, offset: number): string {
  return `(r${base} ${signed(offset)})`;
}

function signed(value: number): string {
  return value < 0 ? `${value}` : `+${value}`;
}
