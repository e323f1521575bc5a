import type { Span } from '../../source/span.ts';
import type { VariableRef } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { TypedExpression, TypedStatement } from '../../typed/tree.ts';
import type { Type } from '../../types/type.ts';
import { didYouMean } from '../did-you-mean.ts';
import { commonType } from './common-type.ts';
import type { TypingContext } from './context.ts';
import { errorExpression, fail, isError } from './context.ts';
import { convert, wrapInt } from './convert.ts';
import { internLiterals } from './interned.ts';
import type { ScopedVariable } from './scopes.ts';

/** `$x` as a value. */
export function readVariable(ctx: TypingContext, node: VariableRef): TypedExpression {
  const variable = findVariable(ctx, node);
  if (!variable) return errorExpression(node.span);
  const { type } = variable.slot;
  if (!type) {
    if (!ctx.final || variable.slot.failed) return errorExpression(node.span);
    return fail(ctx, 'unknown-type', node.span, `${node.name} has no type yet: nothing has been assigned to it`);
  }
  return { kind: 'variable', variable: variable.symbol, type, span: node.span };
}

/** Tells where there is no such variable in reach. */
export function findVariable(ctx: TypingContext, node: VariableRef): ScopedVariable | undefined {
  const variable = ctx.scopes.find(node.name);
  if (variable) return variable;
  const hint = didYouMean(node.name, ctx.scopes.names) ?? {
    hint: 'a variable lives in the block that first assigns it',
  };
  fail(ctx, 'undefined-variable', node.span, `undefined variable ${node.name}`, hint);
  return undefined;
}

/** `$x = value`: declares it in this block where no block around has. */
export function assignVariable(
  ctx: TypingContext,
  node: VariableRef,
  value: TypedExpression,
  span: Span,
): TypedStatement | undefined {
  const known = ctx.scopes.find(node.name);
  const variable = known ?? ctx.scopes.declare(node.name, node.span);
  return storeVariable(ctx, variable, value, { declares: !known, span });
}

/** `let $x: type = value`, with or without type and value. */
export function declareVariable(
  ctx: TypingContext,
  node: VariableRef,
  more: { readonly type?: Type; readonly value?: TypedExpression; readonly span: Span },
): TypedStatement | undefined {
  const shadowed = ctx.scopes.find(node.name);
  if (shadowed) {
    fail(ctx, 'redeclared-variable', node.span, `${node.name} is declared already`, {
      related: [{ span: shadowed.span, message: 'declared here' }],
      hint: 'choose another name',
    });
    return undefined;
  }
  const variable = ctx.scopes.declare(node.name, node.span, more.type);
  if (!more.value) return ctx.scopes.loopDepth > 0 ? clearedVariable(variable, more.span) : undefined;
  if (more.type && !fitsDeclared(more.type, more.value)) return mismatch(ctx, variable, more.type, more.value);
  return storeVariable(ctx, variable, more.value, { declares: true, span: more.span });
}

/** In a loop, each step starts with a variable that is zero. */
function clearedVariable({ slot, symbol }: ScopedVariable, span: Span): TypedStatement | undefined {
  const zero = slot.type && zeroOf(slot.type, span);
  return zero && { kind: 'assign-variable', variable: symbol, value: zero, span };
}

/** Undefined for what has no literal. */
function zeroOf(type: Type, span: Span): TypedExpression | undefined {
  switch (type.kind) {
    case 'int':
    case 'bool':
    case 'pointer':
      return { kind: 'integer', value: 0n, type, span };
    case 'string':
    case 'interned':
      return { kind: type.kind, value: '', type, span };
    case 'tuple': {
      const elements = type.elements.map((element) => zeroOf(element, span));
      return elements.every((one) => one !== undefined) ? { kind: 'tuple', elements, type, span } : undefined;
    }
    case 'record': {
      const fields = type.fields.map((field) => zeroOf(field.type, span));
      return fields.every((one) => one !== undefined) ? { kind: 'record', fields, type, span } : undefined;
    }
    default:
      return undefined;
  }
}

/** What is assigned where a variable is declared must fit without loss. */
function fitsDeclared(type: Type, value: TypedExpression): boolean {
  if (isError(value) || type.kind === 'error') return true;
  if (type.kind !== 'int' || value.type.kind !== 'int') return true;
  if (value.kind === 'integer') return wrapInt(value.value, type) === value.value;
  return value.type.sizeBytes <= type.sizeBytes;
}

function storeVariable(
  ctx: TypingContext,
  variable: ScopedVariable,
  given: TypedExpression,
  how: { readonly declares: boolean; readonly span: Span },
): TypedStatement | undefined {
  ctx.scopes.assign(variable, given, how.declares);
  variable.slot.failed ||= isError(given) || given.type.kind === 'none';
  if (isError(given)) return undefined;
  if (given.type.kind === 'none') {
    fail(ctx, 'no-value', given.span, `this gives no value for ${variable.name}`);
    return undefined;
  }
  const { type } = variable.slot;
  if (!type) return undefined;
  const value = internLiterals(given, type);
  const narrows = variable.declaredType?.kind === 'int' && value.type.kind === 'int';
  if (!narrows && !commonType(type, value.type)) return mismatch(ctx, variable, type, value);
  if (!narrows && variable.declaredType?.kind === 'string' && commonType(type, value.type) !== type) {
    return mismatch(ctx, variable, type, value);
  }
  return { kind: 'assign-variable', variable: variable.symbol, value: convert(value, type), span: how.span };
}

function mismatch(ctx: TypingContext, variable: ScopedVariable, type: Type, value: TypedExpression): undefined {
  const related = [{ span: variable.slot.span ?? variable.span, message: 'its type comes from here' }];
  const message = `${variable.name} holds ${printType(type)}, not ${printType(value.type)}`;
  fail(ctx, 'type-mismatch', value.span, message, { related });
  return undefined;
}
