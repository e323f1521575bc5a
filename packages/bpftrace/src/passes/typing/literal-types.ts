import type { IntType, Type } from '../../types/type.ts';

/**
 * The types of integer literals that are not negative: as large as the value needs, signed, and ready to become unsigned
 * where they meet an unsigned value (`nsecs + 1` is unsigned, `nsecs + (int8)x` is not).
 *
 * They are told from other signed types by identity alone, so that a tree shows plain types and the readiness still
 * travels with a type through variables, maps and tuples.
 */
const LITERAL_TYPES: readonly IntType[] = [
  { kind: 'int', sizeBytes: 1, signed: true },
  { kind: 'int', sizeBytes: 2, signed: true },
  { kind: 'int', sizeBytes: 4, signed: true },
  { kind: 'int', sizeBytes: 8, signed: true },
];

const literals: ReadonlySet<Type> = new Set(LITERAL_TYPES);

/** The types of negative literals. They are signed for good, and stand apart so that a cast (`(int64)-5`) is told from a literal. */
const NEGATIVE_TYPES: readonly IntType[] = LITERAL_TYPES.map((type) => ({ ...type }));

const untyped: ReadonlySet<Type> = new Set([...LITERAL_TYPES, ...NEGATIVE_TYPES]);

/** Whether a constant of this type is a plain number, which nobody has given a type. */
export function isUntyped(type: Type): boolean {
  return untyped.has(type);
}

export function isLiteralType(type: Type): boolean {
  return literals.has(type);
}

/** The type of a literal of this many bytes. */
export function literalOfSize(sizeBytes: IntType['sizeBytes']): IntType {
  return LITERAL_TYPES[Math.log2(sizeBytes)]!;
}

/** The smallest signed type that holds `value`; uint64 where none does; undefined beyond 64 bits. */
export function smallestIntType(value: bigint): IntType | undefined {
  for (const [i, type] of LITERAL_TYPES.entries()) {
    const bits = BigInt(type.sizeBytes * 8 - 1);
    if (value >= 0n && value < 1n << bits) return type;
    if (value < 0n && value >= -(1n << bits)) return NEGATIVE_TYPES[i];
  }
  return value > 0n && value < 1n << 64n ? { kind: 'int', sizeBytes: 8, signed: false } : undefined;
}
