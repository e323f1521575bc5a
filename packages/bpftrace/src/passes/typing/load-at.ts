import type { Span } from '../../source/span.ts';
import type { Load, TypedExpression } from '../../typed/tree.ts';
import type { AddressSpace, Type } from '../../types/type.ts';

/** Bits of a bit-field, from the start of the struct. */
export interface BitRange {
  readonly offsetBits: number;
  readonly sizeBits: number;
}

/**
 * The value at `address + offset`. Scalars right in the context are loads of the context; all others are loads of
 * memory, which the lowering makes direct where the verifier allows it.
 */
export function loadAt(
  place: {
    readonly address: TypedExpression;
    readonly offset: number;
    readonly space: AddressSpace;
    readonly btf: boolean;
  },
  type: Type,
  span: Span,
): TypedExpression {
  const { address, offset, space, btf } = place;
  const sizeBytes = scalarSize(type);
  if (address.kind === 'builtin' && address.name === 'ctx' && sizeBytes && offset % sizeBytes === 0) {
    const signed = type.kind === 'int' && type.signed;
    return { kind: 'context-load', offset, sizeBytes, signed, trusted: false, type, span };
  }
  return { kind: 'load', address, offset, space, ...(btf && { btf }), type, span };
}

/**
 * A bit-field's place: bytes from which the storage unit of its type starts, and bits from there. Where it straddles
 * units, as packed ones may, the bits count from the byte that it starts in.
 */
export function bitfieldPlace(
  range: BitRange,
  unitBytes: number,
): { readonly offset: number; readonly bitfield: NonNullable<Load['bitfield']> } {
  const unit = unitBytes * 8;
  let start = Math.floor(range.offsetBits / unit) * unit;
  if (range.offsetBits + range.sizeBits > start + unit) start = range.offsetBits - (range.offsetBits % 8);
  return { offset: start / 8, bitfield: { offsetBits: range.offsetBits - start, sizeBits: range.sizeBits } };
}

function scalarSize(type: Type): 1 | 2 | 4 | 8 | undefined {
  if (type.kind === 'int') return type.sizeBytes;
  if (type.kind === 'bool') return 1;
  return type.kind === 'pointer' ? 8 : undefined;
}
