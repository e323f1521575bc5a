import type { Call } from '../../syntax/ast.ts';
import { stringBytes } from '../../syntax/string-bytes.ts';
import { printType } from '../../typed/print-type.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import { layoutOf } from '../../types/layout.ts';
import type { Type } from '../../types/type.ts';
import { BOOL, UINT64 } from '../../types/type.ts';
import { asAddress } from '../typing/address.ts';
import { argument, integerArgument, literalInt } from '../typing/arguments.ts';
import { integer, string } from '../typing/constants.ts';
import type { TypingContext } from '../typing/context.ts';
import { errorExpression, fail, isError } from '../typing/context.ts';
import { convert } from '../typing/convert.ts';
import { INTERNED_HINT } from '../typing/interned.ts';
import type { FunctionTable } from './function-rule.ts';
import { value } from './function-rule.ts';

/** Functions about strings and bytes. */
export const STRING_FUNCTIONS = {
  str: value(1, 2, checkStr),
  buf: value(1, 2, checkBuf),
  strlen: value(1, 1, checkStrlen),
  strncmp: value(3, 3, checkStrncmp),
  strcontains: value(2, 2, checkContains),
} satisfies FunctionTable;

/**
 * `str(p[, n])`: at most n bytes, terminator included, and no more than `max_strlen`. `str($1)` is the parameter's text; a string
 * is itself, or its beginning.
 */
function checkStr(ctx: TypingContext, call: Call): TypedExpression {
  const node = call.args[0]!;
  if (node.kind === 'positional') return string(ctx.options.positionalParams?.[node.index - 1] ?? '', call.span);
  const source = argument(ctx, call, 0);
  const length = call.args.length > 1 ? integerArgument(ctx, call, 1) : undefined;
  if (isError(source) || (length && isError(length))) return errorExpression(call.span);
  const limit = ctx.config.maxStrlen + 1;
  const known = length?.kind === 'integer' ? Number(length.value) : undefined;
  if (known !== undefined && known < 0)
    return fail(ctx, 'invalid-argument', length!.span, 'str() needs a length that is not negative');
  const sizeBytes = Math.max(1, Math.min(limit, known ?? limit));
  if (source.type.kind === 'string') return ofString(source, source.type.sizeBytes, sizeBytes, length, call);
  const place = source.type.kind === 'array' && !isBytes(source.type) ? undefined : asAddress(ctx, source);
  if (!place || source.type.kind === 'struct') {
    return fail(
      ctx,
      'type-mismatch',
      source.span,
      `str() needs a pointer, an integer or a string, not ${printType(source.type)}`,
      hintFor(source.type),
    );
  }
  const fits =
    source.type.kind === 'array' && source.type.length > 0 ? Math.min(sizeBytes, source.type.length + 1) : sizeBytes;
  const { address, space } = place;
  const type: Type = { kind: 'string', sizeBytes: fits };
  const bytes = length && known === undefined ? withoutTerminator(length) : undefined;
  return { kind: 'read-string', address, space, ...(bytes && { length: bytes }), type, span: call.span };
}

/** Shortened where the length says so: read again from memory, or compared as a constant. */
function ofString(
  source: TypedExpression,
  from: number,
  to: number,
  length: TypedExpression | undefined,
  call: Call,
): TypedExpression {
  if (!length) return source;
  if (source.kind === 'string') return to < from ? { ...source, type: { kind: 'string', sizeBytes: to } } : source;
  if (source.kind !== 'load' || (length.kind === 'integer' && to >= from)) return source;
  const { address, offset, space, span } = source;
  const type: Type = { kind: 'string', sizeBytes: Math.min(from, to) };
  const at: TypedExpression =
    offset === 0
      ? address
      : {
          kind: 'binary',
          operator: '+',
          left: convert(address, UINT64),
          right: integer(BigInt(offset), UINT64, span),
          type: UINT64,
          span,
        };
  const bytes = length.kind === 'integer' ? undefined : withoutTerminator(length);
  return { kind: 'read-string', address: at, space, ...(bytes && { length: bytes }), type, span: call.span };
}

/** A length that counts the terminator, as one that does not: `n == 0 ? 0 : n - 1`. */
function withoutTerminator(length: TypedExpression): TypedExpression {
  const { span } = length;
  const count = convert(length, UINT64);
  const then = integer(0n, UINT64, span);
  const one = integer(1n, UINT64, span);
  const condition: TypedExpression = { kind: 'binary', operator: '==', left: count, right: then, type: BOOL, span };
  const otherwise: TypedExpression = { kind: 'binary', operator: '-', left: count, right: one, type: UINT64, span };
  return { kind: 'choice', condition, then, otherwise, type: UINT64, span };
}

/** `buf(p, n)`, `buf(array)`: bytes as they are. */
function checkBuf(ctx: TypingContext, call: Call): TypedExpression {
  const source = argument(ctx, call, 0);
  const length = call.args.length > 1 ? integerArgument(ctx, call, 1) : undefined;
  if (isError(source) || (length && isError(length))) return errorExpression(call.span);
  const place = asAddress(ctx, source);
  const own =
    source.type.kind === 'array' || source.type.kind === 'string' ? layoutOf(source.type).sizeBytes : undefined;
  if (!place && own === undefined) {
    return fail(
      ctx,
      'type-mismatch',
      source.span,
      `buf() needs a pointer, an integer, a string or an array, not ${printType(source.type)}`,
      hintFor(source.type),
    );
  }
  const isWhole = source.type.kind === 'array' || place !== undefined;
  if (!length && (own === undefined || !isWhole)) {
    return fail(ctx, 'argument-count', call.span, `buf() needs a length for ${printType(source.type)}`, {
      hint: 'as in buf(args.data, 16)',
    });
  }
  // A value of the script has no bytes beyond its own; behind an address there may be more.
  const limit = Math.min(ctx.config.maxStrlen + 1, place ? Number.POSITIVE_INFINITY : own!);
  const known = length?.kind === 'integer' ? Number(length.value) : length ? undefined : own;
  if (known !== undefined && known < 0)
    return fail(ctx, 'invalid-argument', length!.span, 'buf() needs a length that is not negative');
  const type = { kind: 'buffer', sizeBytes: Math.max(1, Math.min(limit, known ?? limit)) } as const;
  const count = length ? convert(length, UINT64) : integer(BigInt(own!), UINT64, call.span);
  if (!place) return { kind: 'buffer-of', operand: source, length: count, type, span: call.span };
  return { kind: 'read-buffer', ...place, length: count, type, span: call.span };
}

/** `strlen(s)`: bytes before the terminator. */
function checkStrlen(ctx: TypingContext, call: Call): TypedExpression {
  const operand = stringArgument(ctx, call, 0);
  if (isError(operand)) return operand;
  if (operand.kind === 'string') {
    const bytes = stringBytes(operand.value).subarray(0, layoutOf(operand.type).sizeBytes - 1);
    const end = bytes.indexOf(0);
    return integer(BigInt(end < 0 ? bytes.length : end), UINT64, call.span);
  }
  return { kind: 'string-length', operand, type: UINT64, span: call.span };
}

/** `strncmp(a, b, n)`: 0 where the first n bytes are equal, else 1. */
function checkStrncmp(ctx: TypingContext, call: Call): TypedExpression {
  const [left, right] = [stringArgument(ctx, call, 0), stringArgument(ctx, call, 1)];
  const limit = literalInt(ctx, call, 2);
  if (isError(left) || isError(right) || limit === undefined) return errorExpression(call.span);
  if (limit < 0n)
    return fail(
      ctx,
      'invalid-argument',
      call.args[2]!.span,
      `strncmp() needs a length that is not negative, not ${limit}`,
    );
  const { span } = call;
  if (limit === 0n) return integer(0n, UINT64, span);
  const differ: TypedExpression = {
    kind: 'string-compare',
    equal: false,
    left,
    right,
    limit: Number(limit),
    bytes: false,
    type: BOOL,
    span,
  };
  return convert(differ, UINT64);
}

function checkContains(ctx: TypingContext, call: Call): TypedExpression {
  const [haystack, needle] = [stringArgument(ctx, call, 0), stringArgument(ctx, call, 1)];
  if (isError(haystack) || isError(needle)) return errorExpression(call.span);
  return { kind: 'string-contains', haystack, needle, type: BOOL, span: call.span };
}

function stringArgument(ctx: TypingContext, call: Call, index: number): TypedExpression {
  const text = argument(ctx, call, index);
  if (isError(text) || text.type.kind === 'string') return text;
  const hint = hintFor(text.type);
  return fail(
    ctx,
    'type-mismatch',
    text.span,
    `${call.name.text}() needs a string here, not ${printType(text.type)}`,
    hint,
  );
}

function hintFor(type: Type): { readonly hint?: string } {
  if (type.kind === 'interned') return INTERNED_HINT;
  return type.kind === 'pointer' ? { hint: 'read it first, with str()' } : {};
}

function isBytes(type: Type): boolean {
  return type.kind === 'array' && type.element.kind === 'int' && type.element.sizeBytes === 1;
}
