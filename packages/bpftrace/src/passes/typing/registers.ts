import type { KernelFacts } from '../../facts/kernel-facts.ts';

/** Byte offsets in `struct pt_regs` (arch/x86/include/asm/ptrace.h) and `struct user_pt_regs` (arm64). */
const X64: Readonly<Record<string, number>> = {
  r15: 0, r14: 8, r13: 16, r12: 24, bp: 32, bx: 40, r11: 48, r10: 56, r9: 64, r8: 72, ax: 80, cx: 88, dx: 96, si: 104,
  di: 112, orig_ax: 120, ip: 128, cs: 136, flags: 144, sp: 152, ss: 160,
}; // biome-ignore format: a table

const ARM64: Readonly<Record<string, number>> = {
  ...Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`r${i}`, i * 8])),
  fp: 29 * 8, lr: 30 * 8, sp: 248, pc: 256, pstate: 264,
}; // biome-ignore format: a table

/** What the calling conventions say. */
export interface RegisterSet {
  readonly offsets: Readonly<Record<string, number>>;
  readonly args: readonly string[];
  readonly returns: string;
  readonly instructionPointer: string;
  readonly stackPointer: string;
  /** Bytes between the stack pointer, at a function's entry, and its first argument in memory. */
  readonly stackArgsOffset: number;
}

const SETS: Readonly<Record<KernelFacts['architecture'], RegisterSet>> = {
  x64: {
    offsets: X64,
    args: ['di', 'si', 'dx', 'cx', 'r8', 'r9'],
    returns: 'ax',
    instructionPointer: 'ip',
    stackPointer: 'sp',
    stackArgsOffset: 8,
  },
  arm64: {
    offsets: ARM64,
    args: ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7'],
    returns: 'r0',
    instructionPointer: 'pc',
    stackPointer: 'sp',
    stackArgsOffset: 0,
  },
};

export function registersOf(architecture: KernelFacts['architecture']): RegisterSet {
  return SETS[architecture];
}
