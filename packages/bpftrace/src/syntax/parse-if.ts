import type { Block, BlockExpression, Expression, If, IfExpression, Statement } from './ast.ts';
import type { ParserState } from './parser-state.ts';

interface Branch {
  readonly start: number;
  readonly condition: Expression;
  readonly comptime: boolean;
  readonly block: Block;
}

/** `if … else if … else …` before it is known whether it is a statement or an expression. */
export interface IfChain {
  readonly branches: readonly Branch[];
  readonly otherwise?: Block;
}

/**
 * ```text
 * If = 'if' 'comptime'? Expression Block ('else' If | 'else' Block)?
 * ```
 */
export function parseIfChain(p: ParserState, value: boolean): IfChain {
  const branches: Branch[] = [];
  do {
    const { start } = p.next().span;
    const comptime = p.acceptWord('comptime') !== undefined;
    const condition = p.grammar.expression(p);
    branches.push({ start, condition, comptime, block: parseBranch(p, value) });
    if (!p.acceptWord('else')) return { branches };
  } while (p.atWord('if') && p.link());
  return { branches, otherwise: parseBranch(p, value) };
}

/** A mistake in the condition must not hide the block behind it. */
function parseBranch(p: ParserState, value: boolean): Block {
  if (p.panicking) {
    p.skipTo('{');
    if (p.at('{')) p.recovered();
  } else if (p.at('=')) {
    p.error('syntax', p.token.span, 'an assignment is no condition', { hint: "compare with '=='" });
    return parseBranch(p, value);
  }
  return p.grammar.block(p, value);
}

/** Whether the chain yields a value whichever way it goes. */
export function hasValue({ branches, otherwise }: IfChain): boolean {
  return otherwise?.value !== undefined && branches.every(({ block }) => block.value !== undefined);
}

export function ifExpression(p: ParserState, { branches, otherwise }: IfChain): Expression {
  const end = otherwise?.span.end ?? branches.at(-1)!.block.span.end;
  let result: Expression;
  if (otherwise) result = blockExpression(otherwise);
  else {
    const span = { start: branches[0]!.start, end };
    p.complain('if-without-else', span, "an 'if' without 'else' has no value here", { hint: 'add an else block' });
    result = { kind: 'error', span: { start: end, end } };
  }
  for (const { start, condition, comptime, block } of branches.toReversed()) {
    const then = blockExpression(block);
    result = { kind: 'if-expression', condition, comptime, then, otherwise: result, span: { start, end } };
  }
  return result;
}

/** As a statement: values of the branches are computed and dropped. */
export function ifStatement({ branches, otherwise }: IfChain): If | undefined {
  const end = otherwise?.span.end ?? branches.at(-1)!.block.span.end;
  let rest: If | Block | undefined = otherwise && withoutValue(otherwise);
  let result: If | undefined;
  for (const { start, condition, comptime, block } of branches.toReversed()) {
    const then = withoutValue(block);
    result = { kind: 'if', condition, comptime, then, span: { start, end }, ...(rest && { otherwise: rest }) };
    rest = result;
  }
  return result;
}

/** A block whose value, if it has one, is a statement like the others. */
export function withoutValue({ value, ...block }: Block): Block {
  return value === undefined ? block : { ...block, statements: [...block.statements, valueStatement(value)] };
}

function valueStatement(value: Expression): Statement {
  if (value.kind === 'block-expression') return withoutValue(value.block);
  if (value.kind === 'if-expression') return ifStatement(chainOf(value)) ?? { kind: 'error', span: value.span };
  return { kind: 'expression-statement', expression: value, span: value.span };
}

function chainOf(expression: IfExpression): IfChain {
  const branches: Branch[] = [];
  let rest: Expression = expression;
  for (; rest.kind === 'if-expression'; rest = rest.otherwise) {
    const { condition, comptime, then, span } = rest;
    branches.push({ start: span.start, condition, comptime, block: blockOf(then) });
  }
  return rest.kind === 'error' ? { branches } : { branches, otherwise: blockOf(rest) };
}

function blockOf(expression: Expression): Block {
  if (expression.kind === 'block-expression') return expression.block;
  return { kind: 'block', statements: [], value: expression, span: expression.span };
}

function blockExpression(block: Block): BlockExpression {
  return { kind: 'block-expression', block, span: block.span };
}
