import type { AccessSize } from '@waggle/bpf/asm';
import { layoutOf } from '../types/layout.ts';
import type { Type, TypeKind } from '../types/type.ts';

const SCALARS: ReadonlySet<TypeKind> = new Set([
  'int',
  'bool',
  'pointer',
  'ksym',
  'username',
  'timestamp',
  'cgroup-path',
  'strerror',
  'interned',
]);

/** Whether values of the type live in a register; all others are bytes in memory. */
export function isScalar(type: Type): boolean {
  return SCALARS.has(type.kind);
}

/** Bytes of a scalar in memory. */
export function scalarSize(type: Type): AccessSize {
  return layoutOf(type).sizeBytes as AccessSize;
}

/** Whether a scalar is sign-extended to 64 bits, and compared as signed. */
export function isSigned(type: Type): boolean {
  return type.kind === 'int' && type.signed;
}

/** What a 64-bit value becomes in a register of that type: truncated to its size, extended again. */
export function wrapTo(type: Type, value: bigint): bigint {
  const bits = scalarSize(type) * 8;
  return isSigned(type) ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}
