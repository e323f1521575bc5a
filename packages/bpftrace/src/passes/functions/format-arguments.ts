import type { Conversion, FormatString } from '../../script/format-string.ts';
import { parseFormat } from '../../script/format-string.ts';
import type { Call } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import type { TypeKind } from '../../types/type.ts';
import { isAggregate } from '../../types/type.ts';
import { argument, literalString } from '../typing/arguments.ts';
import type { TypingContext } from '../typing/context.ts';
import { fail, isError } from '../typing/context.ts';
import { withMembers } from '../typing/with-members.ts';

const NUMBERS: readonly TypeKind[] = ['int', 'bool', 'pointer'];

/** `printf(format, …)` and its like: the format and its arguments, or undefined after a mistake. */
export function formatArguments(
  ctx: TypingContext,
  call: Call,
): { readonly format: FormatString; readonly args: readonly TypedExpression[] } | undefined {
  const text = literalString(ctx, call, 0);
  const args = call.args.slice(1).map((_, i) => withMembers(ctx, argument(ctx, call, i + 1)));
  if (text === undefined) return undefined;
  const parsed = parseFormat(text);
  if ('error' in parsed) {
    const { message, offset, length } = parsed.error;
    fail(ctx, 'invalid-format', spanWithin(ctx, call, text, offset, length), message, {
      hint: 'conversions are d i u x X o c p s r rx rh',
    });
    return undefined;
  }
  const { format } = parsed;
  const wanted = format.segments.filter((segment) => segment.kind === 'conversion');
  if (wanted.length !== args.length) {
    const span = args.length > wanted.length ? args[wanted.length]!.span : call.args[0]!.span;
    const count = `${wanted.length} argument${wanted.length === 1 ? '' : 's'}`;
    fail(ctx, 'format-arguments', span, `the format takes ${count}, not ${args.length}`);
    return undefined;
  }
  const right = args.map((arg, i) => checkKind(ctx, arg, wanted[i]!));
  return right.every(Boolean) && !args.some(isError) ? { format, args } : undefined;
}

function checkKind(ctx: TypingContext, arg: TypedExpression, { conversion: letter }: Conversion): boolean {
  if (isError(arg)) return true;
  const { kind } = arg.type;
  const bytes = letter === 'r' || letter === 'rx' || letter === 'rh';
  let good: boolean;
  if (letter === 's') good = kind !== 'none' && !isAggregate(arg.type);
  else if (bytes) good = kind === 'buffer';
  else good = NUMBERS.includes(kind);
  if (good) return true;
  const isText = kind === 'string' || kind === 'inet' || kind === 'interned';
  const hint = bytes ? 'buf() gives bytes' : isText ? 'use %s' : 'use %s, or cast it';
  fail(ctx, 'format-arguments', arg.span, `%${letter} cannot show ${printType(arg.type)}`, { hint });
  return false;
}

/** The place of a conversion in the source, where the literal has no escapes before it. */
function spanWithin(ctx: TypingContext, call: Call, text: string, offset: number, length: number) {
  const { span } = call.args[0]!;
  const escaped = span.end - span.start !== text.length + 2;
  if (escaped) return span;
  const start = span.start + 1 + offset;
  return ctx.final ? { start, end: start + length } : span;
}
