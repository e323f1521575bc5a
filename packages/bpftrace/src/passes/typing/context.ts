import type { CompileOptions } from '../../compile.ts';
import type { Diagnostic, Diagnostics } from '../../diagnostics/diagnostic.ts';
import type { KernelFacts } from '../../facts/kernel-facts.ts';
import type { SourceText } from '../../source/source-text.ts';
import type { Span } from '../../source/span.ts';
import type { Block, Expression } from '../../syntax/ast.ts';
import type { ScriptConfig, TypedExpression, TypedStatement } from '../../typed/tree.ts';
import { ERROR } from '../../types/type.ts';
import type { Definitions } from '../collect-definitions.ts';
import type { ProbeInstance } from '../expand-probes.ts';
import type { TypeEnvironment } from './environment.ts';
import type { Scopes } from './scopes.ts';

/**
 * Everything that typing one probe needs. `check` and `checkBlock` are the way back into the whole: the files of this folder know the
 * tree below them through these alone.
 */
export interface TypingContext {
  readonly source: SourceText;
  readonly facts: KernelFacts;
  readonly options: CompileOptions;
  readonly config: ScriptConfig;
  readonly definitions: Definitions;
  /** Swallowed, except in the last round. */
  readonly diagnostics: Diagnostics;
  /** The last round: types are settled, and what is still unknown is an error. */
  readonly final: boolean;
  readonly environment: TypeEnvironment;
  readonly scopes: Scopes;
  readonly probe: ProbeInstance;
  /** What the body was seen to do. */
  readonly seen: { inTarget: boolean };
  check(node: Expression): TypedExpression;
  /** In the scope at hand. */
  checkStatements(block: Block): TypedStatement[];
  /** In a scope of its own. */
  checkBlock(block: Block): TypedStatement[];
}

/** What stands for an expression whose mistake has been told: every rule takes it in silence. */
export function errorExpression(span: Span): TypedExpression {
  return { kind: 'integer', value: 0n, type: ERROR, span };
}

export function isError(expression: TypedExpression): boolean {
  return expression.type.kind === 'error';
}

type More = Pick<Diagnostic, 'hint' | 'related'>;

/** Tells a mistake, and gives the expression that stands for it. */
export function fail(ctx: TypingContext, code: string, span: Span, message: string, more: More = {}): TypedExpression {
  ctx.diagnostics.error(code, span, message, more);
  return errorExpression(span);
}
