import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Address, Argument, BlockId, Value, VirtualRegister } from '../ir/index.ts';
import { at, imm, reg } from '../ir/index.ts';
import type { ContextLoad, Load, TypedExpression } from '../typed/tree.ts';
import { layoutOf } from '../types/layout.ts';
import type { AddressSpace } from '../types/type.ts';
import { type Bitfield, extractBits, unitOf } from './bitfield.ts';
import { typedCurrentTask } from './current-task.ts';
import { zeroBytes } from './memory.ts';
import { isDirect, isTrusted, isTypedArgument } from './pointer-provenance.ts';
import type { ProgramState } from './program-state.ts';
import { isSigned, scalarSize } from './scalar-type.ts';

/** `*(size *)(ctx + offset)` */
export function lowerContextLoad(p: ProgramState, e: ContextLoad): Value {
  const { b } = p;
  if (isTypedArgument(p, e) && p.script.options.directLoads === false) return reg(readContext(p, e.offset));
  const value = b.load(e.sizeBytes, at(p.contextPointer(), e.offset));
  return reg(e.signed && e.sizeBytes < 8 ? b.extend(value, (e.sizeBytes * 8) as 8 | 16 | 32, true) : value);
}

/** A scalar behind an address: a plain instruction where the verifier allows it, else a probe read. Faults give 0. */
export function lowerScalarLoad(p: ProgramState, e: Load): Value {
  return reg(isDirect(p, e) ? directLoad(p, e) : probedLoad(p, e));
}

/** A value in memory behind an address, copied to `to`. Faults give zeros. Strings are left to `readString`. */
export function lowerBytesLoad(p: ProgramState, e: Load, to: Address): void {
  const { sizeBytes } = layoutOf(e.type);
  withAddress(
    p,
    e.address,
    e.offset,
    (from) => p.b.callVoid(probeReadHelper(e.space), [p.argument(to), imm(sizeBytes), from]),
    () => zeroBytes(p.b, to, sizeBytes),
  );
}

/** A scalar in memory of our own, extended as its type says. */
export function loadScalar(
  p: ProgramState,
  e: Pick<Load, 'type' | 'bitfield'>,
  from: Address,
  dst?: VirtualRegister,
): VirtualRegister {
  const { b } = p;
  if (e.bitfield) {
    const unit = unitOf(e.bitfield, scalarSize(e.type));
    const loaded = b.load(unit.sizeBytes, { ...from, offset: from.offset + unit.offset });
    return extractBits(b, loaded, unit, isSigned(e.type), dst);
  }
  const size = scalarSize(e.type);
  if (!isSigned(e.type) || size === 8) return b.load(size, from, dst);
  return b.extend(b.load(size, from), (size * 8) as 8 | 16 | 32, true, dst);
}

export function probeReadHelper(space: AddressSpace): number {
  return space === 'user' ? HELPER_IDS.probe_read_user : HELPER_IDS.probe_read_kernel;
}

/**
 * Runs `use` with `address + offset` as an argument. A pointer that the verifier types must not be NULL where something is added to it: then
 * `otherwise` runs instead.
 */
export function withAddress(
  p: ProgramState,
  address: TypedExpression,
  offset: number,
  use: (address: Argument) => void,
  otherwise: () => void,
): void {
  if (!isTrusted(p, address)) {
    use(plus(p, p.scalar(address), offset));
    return;
  }
  withPointer(p, address, (pointer) => use(plus(p, reg(pointer), offset)), otherwise);
}

/** Runs `use` with a trusted pointer that is not NULL, else `otherwise`. */
export function withPointer(
  p: ProgramState,
  address: TypedExpression,
  use: (pointer: VirtualRegister) => void,
  otherwise: () => void,
): void {
  const { b } = p;
  const [onNull, done] = [b.newBlock(), b.newBlock()];
  use(trustedPointer(p, address, onNull));
  p.cold(onNull, () => {
    otherwise();
    b.goto(done);
  });
  b.setBlock(done);
}

function plus(p: ProgramState, base: Value, offset: number): Argument {
  if (offset === 0) return base;
  if (base.kind === 'immediate') return { kind: 'constant', value: BigInt(base.value) + BigInt(offset) };
  return reg(p.b.binary('add', base.register, p.b.value(offset)));
}

function directLoad(p: ProgramState, e: Load): VirtualRegister {
  const result = p.b.newRegister();
  withPointer(
    p,
    e.address,
    (pointer) => loadScalar(p, e, at(pointer, e.offset), result),
    () => p.b.const(0, result),
  );
  return result;
}

/** A pointer that is not NULL; control goes to `onNull` where it, or one on the way to it, is. */
function trustedPointer(p: ProgramState, e: TypedExpression, onNull: BlockId): VirtualRegister {
  const { b } = p;
  if (e.kind === 'builtin') return typedCurrentTask(p);
  const pointer =
    e.kind === 'load' ? b.load(8, at(trustedPointer(p, e.address, onNull), e.offset)) : p.scalarRegister(e);
  const proper = b.newBlock();
  b.branch('eq', pointer, imm(0), onNull, proper, { likely: 'otherwise' });
  b.setBlock(proper);
  return pointer;
}

function probedLoad(p: ProgramState, e: Load): VirtualRegister {
  const { b } = p;
  const unit: { readonly offset: number; readonly sizeBytes: number; readonly bits?: Bitfield } = e.bitfield
    ? unitOf(e.bitfield, scalarSize(e.type))
    : { offset: 0, sizeBytes: scalarSize(e.type) };
  const slot = p.slot(8, 'read');
  withAddress(
    p,
    e.address,
    e.offset + unit.offset,
    (from) => b.callVoid(probeReadHelper(e.space), [p.argument(slot), imm(unit.sizeBytes), from]),
    () => zeroBytes(b, slot, 8),
  );
  if (!e.bitfield) return loadScalar(p, e, slot);
  const narrow = unitOf(e.bitfield, scalarSize(e.type));
  return extractBits(b, b.load(narrow.sizeBytes, slot), narrow, isSigned(e.type));
}

/** A word of the context as a number: the verifier would take a plain load of a typed argument for a pointer. */
function readContext(p: ProgramState, offset: number): VirtualRegister {
  const { b } = p;
  const slot = p.slot(8, 'argument');
  const from = b.binary('add', p.contextPointer(), imm(offset));
  b.callVoid(HELPER_IDS.probe_read_kernel, [p.argument(slot), imm(8), reg(from)]);
  return b.load(8, slot);
}
