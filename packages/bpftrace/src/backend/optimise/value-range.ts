import type { JumpOp } from '@waggle/bpf/asm';

/** The values that a register may have, both ends included, as signed or as unsigned numbers. */
export interface ValueRange {
  readonly signed: boolean;
  readonly low: bigint;
  readonly high: bigint;
}

type Order = 'eq' | 'gt' | 'ge' | 'lt' | 'le';

interface Comparison {
  readonly order: Order;
  /** Undefined for equality, which is both. */
  readonly signed: boolean | undefined;
}

const COMPARISONS: Partial<Record<JumpOp, Comparison>> = {
  eq: { order: 'eq', signed: undefined },
  gt: { order: 'gt', signed: false },
  ge: { order: 'ge', signed: false },
  lt: { order: 'lt', signed: false },
  le: { order: 'le', signed: false },
  sgt: { order: 'gt', signed: true },
  sge: { order: 'ge', signed: true },
  slt: { order: 'lt', signed: true },
  sle: { order: 'le', signed: true },
};

/** The range of `x` where `x op constant` holds; undefined where it is not one range, or empty. */
export function rangeOf(op: JumpOp, bits: 32 | 64, constant: bigint): ValueRange | undefined {
  const comparison = COMPARISONS[op];
  if (!comparison) return undefined;
  const signed = comparison.signed ?? true;
  const [least, most] = limits(bits, signed);
  const value = signed ? BigInt.asIntN(bits, constant) : BigInt.asUintN(bits, constant);
  const ranges: Record<Order, readonly [bigint, bigint]> = {
    eq: [value, value],
    gt: [value + 1n, most],
    ge: [value, most],
    lt: [least, value - 1n],
    le: [least, value],
  };
  const [low, high] = ranges[comparison.order];
  return low > high ? undefined : { signed, low, high };
}

/** Whether `x op constant` holds for all of the range, for none of it (`false`), or for some. */
export function decideByRange(range: ValueRange, op: JumpOp, bits: 32 | 64, constant: bigint): boolean | undefined {
  if (op === 'ne') {
    const equal = decideByRange(range, 'eq', bits, constant);
    return equal === undefined ? undefined : !equal;
  }
  const wanted = rangeOf(op, bits, constant);
  if (!wanted) return undefined;
  // Between 0 and the largest signed number both ways of counting agree.
  const sharedMost = limits(bits, true)[1];
  const isShared = (one: ValueRange) => one.low >= 0n && one.high <= sharedMost;
  if (range.signed !== wanted.signed && !isShared(range) && !(op === 'eq' && isShared(wanted))) return undefined;
  if (wanted.low > range.high || wanted.high < range.low) return false;
  return wanted.low <= range.low && range.high <= wanted.high ? true : undefined;
}

function limits(bits: 32 | 64, signed: boolean): readonly [bigint, bigint] {
  const width = BigInt(bits);
  return signed ? [-(1n << (width - 1n)), (1n << (width - 1n)) - 1n] : [0n, (1n << width) - 1n];
}
