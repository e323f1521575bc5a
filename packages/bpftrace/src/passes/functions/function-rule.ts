import type { Call } from '../../syntax/ast.ts';
import type { TypedExpression, TypedStatement } from '../../typed/tree.ts';
import type { TypingContext } from '../typing/context.ts';

/** A function of the language. The number of arguments is checked before `check` runs. */
export type FunctionRule = {
  readonly min: number;
  readonly max: number;
  /** Changes the world beyond the trace: only with `unsafe`. */
  readonly unsafe?: boolean;
} & (
  | { readonly gives: 'value'; check(ctx: TypingContext, call: Call): TypedExpression }
  /** A statement by itself; undefined after a mistake. */
  | { readonly gives: 'nothing'; check(ctx: TypingContext, call: Call): TypedStatement | undefined }
);

export type FunctionTable = Readonly<Record<string, FunctionRule>>;

/** A function that is a value. */
export function value(
  min: number,
  max: number,
  check: (ctx: TypingContext, call: Call) => TypedExpression,
): FunctionRule {
  return { min, max, gives: 'value', check };
}

/** A function that is a statement. */
export function action(
  min: number,
  max: number,
  check: (ctx: TypingContext, call: Call) => TypedStatement | undefined,
): FunctionRule {
  return { min, max, gives: 'nothing', check };
}
