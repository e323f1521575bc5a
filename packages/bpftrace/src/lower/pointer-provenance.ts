/**
 * Which values the verifier knows to be typed kernel pointers (PTR_TO_BTF_ID).
 *
 * Such a pointer may be dereferenced by a plain load instruction, which the kernel guards against faults by itself: no helper call, and so
 * several times as fast as a probe read. But it is not a number: the verifier refuses arithmetic on it.
 */
import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Value, VirtualRegister } from '../ir/index.ts';
import { imm, reg } from '../ir/index.ts';
import type { ContextLoad, Load, TypedExpression } from '../typed/tree.ts';
import type { Type } from '../types/type.ts';
import { unitOf } from './bitfield.ts';
import { type LoadedValue, loadedValue } from './btf-access.ts';
import type { ProgramState } from './program-state.ts';
import { isScalar, scalarSize } from './scalar-type.ts';

/** Offsets in a load instruction are 16 bits signed. */
const MAX_OFFSET = 0x7fff - 8;

/** Whether the value may be the base of a direct load. */
export function isTrusted(p: ProgramState, e: TypedExpression): boolean {
  if (p.script.options.directLoads === false) return false;
  switch (e.kind) {
    case 'builtin':
      return e.name === 'curtask';
    case 'context-load':
      return isTypedArgument(p, e);
    case 'load':
      return e.type.kind === 'pointer' && directValue(p, e)?.kind === 'pointer';
    case 'variable': {
      const home = p.homes.get(e.variable);
      return home?.kind === 'register' && home.trusted;
    }
    default:
      return false;
  }
}

/** Whether a load is a plain instruction: of a member as BTF has it, through a trusted pointer. */
export function isDirect(p: ProgramState, e: Load): boolean {
  return isScalar(e.type) && directValue(p, e) !== undefined;
}

/** An argument that the verifier knows the type of: of tracing programs, each that points to a struct of the kernel. */
export function isTypedArgument(p: ProgramState, e: ContextLoad): boolean {
  return e.trusted || (p.probe.programType === 'tracing' && structOf(e.type) !== undefined);
}

/** What the verifier takes the value of a direct load for; undefined where the load cannot be direct. */
function directValue(p: ProgramState, e: Load): LoadedValue | undefined {
  const { btf } = p.script.facts;
  const structId = structOf(e.address.type);
  if (!e.btf || e.space !== 'kernel' || !btf || structId === undefined) return undefined;
  const unit = e.bitfield ? unitOf(e.bitfield, scalarSize(e.type)) : { offset: 0, sizeBytes: scalarSize(e.type) };
  const offset = e.offset + unit.offset;
  if (offset < 0 || offset > MAX_OFFSET || !isTrusted(p, e.address)) return undefined;
  return loadedValue(btf, structId, offset, unit.sizeBytes);
}

/** The struct of the kernel that a pointer type points to. */
export function structOf(type: Type): number | undefined {
  return type.kind === 'pointer' && type.to.kind === 'struct' ? type.to.btfId : undefined;
}

/** A scalar as a number, also where the verifier would see a pointer: fit for arithmetic. */
export function plainScalar(p: ProgramState, e: TypedExpression): Value {
  const value = p.scalar(e);
  return value.kind === 'register' && isVerifierPointer(p, e) ? reg(forgetPointer(p, value.register)) : value;
}

/** Whether the verifier takes the value of `e` for a pointer. */
export function isVerifierPointer(p: ProgramState, e: TypedExpression): boolean {
  if (e.kind === 'builtin') return e.name === 'ctx';
  if (e.kind === 'block-value') return isVerifierPointer(p, e.value);
  return isTrusted(p, e);
}

/** The same bits, of which the verifier knows nothing: it does not follow a value through a helper's copy. */
function forgetPointer(p: ProgramState, pointer: VirtualRegister): VirtualRegister {
  const { b } = p;
  const from = p.slot(8, 'pointer');
  const to = p.slot(8, 'plain pointer');
  b.store(8, from, reg(pointer));
  b.callVoid(HELPER_IDS.probe_read_kernel, [p.argument(to), imm(8), p.argument(from)]);
  return b.load(8, to);
}
