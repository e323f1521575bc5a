import type { Load, TypedExpression } from '../../typed/tree.ts';

/**
 * Whether a load of kernel memory is that of an argument which the tracepoint has copied into its record: a field at a fixed offset, or the whole text
 * of a field of variable length, which ends in a NUL. Any other place near a field is refused: what lies beyond its end is of other events.
 *
 * The scripts of confined users have no `ctx`, so that all loads at a constant offset from it are those of fields.
 */
export function isOwnArgument({ address, space, type }: Load): boolean {
  if (space !== 'kernel') return false;
  if (isContext(address)) return type.kind !== 'mac';
  return type.kind === 'string' && isPlaceInRecord(address);
}

function isContext(e: TypedExpression): boolean {
  return e.kind === 'builtin' && e.name === 'ctx';
}

/** `(char *)(ctx + (location & 0xffff))`: where a field that is declared with `__data_loc` or `__rel_loc` has its text. */
function isPlaceInRecord(e: TypedExpression): boolean {
  if (e.kind !== 'cast' || e.type.kind !== 'pointer') return false;
  const sum = e.operand;
  if (sum.kind !== 'binary' || sum.operator !== '+' || !isContext(withoutCast(sum.left))) return false;
  const location = sum.right;
  return (
    location.kind === 'binary' &&
    location.operator === '&' &&
    withoutCast(location.left).kind === 'context-load' &&
    location.right.kind === 'integer' &&
    location.right.value === 0xffffn
  );
}

function withoutCast(e: TypedExpression): TypedExpression {
  return e.kind === 'cast' ? e.operand : e;
}
