/**
 * The eBPF assembler: symbolic instructions to bytes and back, and to text and back. Pure.
 */
export type { AsmErrorCode } from './asm-error.ts';
export { AsmError } from './asm-error.ts';
export type { AssembledProgram, AssembleOptions, FunctionPlace, MapRelocation, SourcePlace } from './assemble.ts';
export { assemble } from './assemble.ts';
export * from './builders.ts';
export type { ByteOrder } from './byte-order.ts';
export { HOST_BYTE_ORDER } from './byte-order.ts';
export type { KnownProgram } from './disassemble.ts';
export { disassemble } from './disassemble.ts';
export { formatInstruction } from './format-instruction.ts';
export type { FormatOptions } from './format-instructions.ts';
export { formatInstructions } from './format-instructions.ts';
export type { HelperName } from './helper-ids.ts';
export { HELPER_IDS, helperMinKernel, helperName, isHelperName } from './helper-ids.ts';
export type * from './instruction.ts';
export { INSN_SIZE } from './opcodes.ts';
export { parseInstructions } from './parse-instructions.ts';
