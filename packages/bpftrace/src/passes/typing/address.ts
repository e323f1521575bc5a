import type { Span } from '../../source/span.ts';
import type { Load, TypedExpression } from '../../typed/tree.ts';
import type { AddressSpace, PointerType, Type } from '../../types/type.ts';
import { UINT64 } from '../../types/type.ts';
import { integer } from './constants.ts';
import type { TypingContext } from './context.ts';
import { convert } from './convert.ts';

/** Where addresses point to that come as plain integers: `arg0`, `reg("di")`. */
export function defaultSpace(ctx: TypingContext): 'kernel' | 'user' {
  const { provider, points } = ctx.probe;
  if (provider === 'uprobe' || provider === 'uretprobe') return 'user';
  const args = points[0]?.args;
  return args?.kind === 'tracepoint' && args.category === 'syscalls' ? 'user' : 'kernel';
}

/** `address + offset` as a pointer; without code where nothing is added. */
export function addOffset(
  address: TypedExpression,
  offset: TypedExpression | bigint,
  to: PointerType,
  span: Span,
): TypedExpression {
  if (offset === 0n) return convert(address, to);
  const right =
    typeof offset === 'bigint' ? integer(BigInt.asUintN(64, offset), UINT64, span) : convert(offset, UINT64);
  const sum: TypedExpression = {
    kind: 'binary',
    operator: '+',
    left: convert(address, UINT64),
    right,
    type: UINT64,
    span,
  };
  return { kind: 'cast', operand: sum, type: to, span };
}

/** The address of what a load reads, as a pointer to `to`. */
export function addressOfLoad(load: Load, to: Type): TypedExpression {
  return addOffset(load.address, BigInt(load.offset), { kind: 'pointer', to, space: load.space }, load.span);
}

/** `index * size` */
export function scaled(index: TypedExpression, sizeBytes: number): TypedExpression {
  const wide = convert(index, UINT64);
  if (sizeBytes === 1) return wide;
  const size = integer(BigInt(sizeBytes), UINT64, index.span);
  if (wide.kind === 'integer') return integer(BigInt.asUintN(64, wide.value * BigInt(sizeBytes)), UINT64, index.span);
  return { kind: 'binary', operator: '*', left: wide, right: size, type: UINT64, span: index.span };
}

/** Something that `str`, `buf` and the like can read from: a pointer, an integer, or a place in memory. */
export function asAddress(
  ctx: TypingContext,
  expression: TypedExpression,
): { readonly address: TypedExpression; readonly space: AddressSpace } | undefined {
  const { type } = expression;
  if (type.kind === 'pointer') return { address: expression, space: type.space };
  if (type.kind === 'int') return { address: convert(expression, UINT64), space: defaultSpace(ctx) };
  if (expression.kind === 'load') return { address: addressOfLoad(expression, type), space: expression.space };
  return undefined;
}
