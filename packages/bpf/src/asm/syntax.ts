/**
 * The words that the text form of instructions is made of. It looks like the verifier's log, with names for numbers:
 *
 * ```
 * function main:
 * ; 3:5 @[comm] = count()
 *   r1 = map[counts] ll
 *   r0 = *(u32 *)(r1 +8)
 *   if w0 s> 5 goto l1
 *   call map_lookup_elem            ; a comment
 *   lock *(u64 *)(r0 +0) += r1
 * l1:
 *   exit
 * ```
 */
import type { AccessSize, AluOp, AtomicOp, JumpOp } from './instruction.ts';

export const ALU_SYMBOLS: Readonly<Record<AluOp, string>> = {
  add: '+=',
  sub: '-=',
  mul: '*=',
  div: '/=',
  sdiv: 's/=',
  mod: '%=',
  smod: 's%=',
  or: '|=',
  and: '&=',
  lsh: '<<=',
  rsh: '>>=',
  arsh: 's>>=',
  xor: '^=',
  mov: '=',
};

export const JUMP_SYMBOLS: Readonly<Record<JumpOp, string>> = {
  eq: '==',
  ne: '!=',
  gt: '>',
  ge: '>=',
  lt: '<',
  le: '<=',
  sgt: 's>',
  sge: 's>=',
  slt: 's<',
  sle: 's<=',
  set: '&',
};

/** Of atomic operations that do not fetch. */
export const ATOMIC_SYMBOLS: Readonly<Record<Exclude<AtomicOp, 'xchg' | 'cmpxchg'>, string>> = {
  add: '+=',
  and: '&=',
  or: '|=',
  xor: '^=',
};

export const SIZE_NAMES: Readonly<Record<AccessSize, string>> = { 1: 'u8', 2: 'u16', 4: 'u32', 8: 'u64' };

/** Names that need no quotes. */
export const PLAIN_NAME = /^[A-Za-z_.$@][\w.$@]*$/;

/** A name as it stands in the text: as it is, or as a JSON string. */
export function quoteName(name: string): string {
  return PLAIN_NAME.test(name) ? name : JSON.stringify(name);
}
