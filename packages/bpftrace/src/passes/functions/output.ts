import type { Call } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { TypedStatement } from '../../typed/tree.ts';
import { INT64, isAggregate, UINT64 } from '../../types/type.ts';
import { defaultSpace } from '../typing/address.ts';
import { argument, integerArgument, literalInt, literalString } from '../typing/arguments.ts';
import type { TypingContext } from '../typing/context.ts';
import { fail, isError } from '../typing/context.ts';
import { convert } from '../typing/convert.ts';
import { mapSymbol } from '../typing/environment.ts';
import { mapPlace, valueOfAggregate, wholeMap } from '../typing/maps.ts';
import { withMembers } from '../typing/with-members.ts';
import { formatArguments } from './format-arguments.ts';
import type { FunctionTable } from './function-rule.ts';
import { action } from './function-rule.ts';

/** Functions that tell the user something, or end the trace. */
export const OUTPUT_FUNCTIONS = {
  printf: action(1, Number.POSITIVE_INFINITY, (ctx, call) => formatted(ctx, call, 'printf')),
  cat: action(1, Number.POSITIVE_INFINITY, (ctx, call) => formatted(ctx, call, 'cat')),
  system: { ...action(1, Number.POSITIVE_INFINITY, (ctx, call) => formatted(ctx, call, 'system')), unsafe: true },
  print: action(1, 3, checkPrint),
  time: action(0, 1, checkTime),
  join: action(1, 2, checkJoin),
  exit: action(0, 1, checkExit),
} satisfies FunctionTable;

function formatted(ctx: TypingContext, call: Call, kind: 'printf' | 'cat' | 'system'): TypedStatement | undefined {
  const parts = formatArguments(ctx, call);
  return parts && { kind, ...parts, span: call.span };
}

/** `print(@x[, top[, div]])`, `print(@x[k])`, `print(value)` */
function checkPrint(ctx: TypingContext, call: Call): TypedStatement | undefined {
  const node = call.args[0]!;
  if (node.kind === 'map' && !node.key) {
    const slot = wholeMap(ctx, node);
    const top = call.args.length > 1 ? positive(ctx, call, 1, 0n) : undefined;
    const div = call.args.length > 2 ? positive(ctx, call, 2, 1n) : undefined;
    if (!slot) return undefined;
    return { kind: 'print-map', map: mapSymbol(slot), ...(top && { top }), ...(div && { div }), span: call.span };
  }
  if (call.args.length > 1) {
    fail(ctx, 'argument-count', call.args[1]!.span, 'only print() of a whole map takes more than one argument');
    return undefined;
  }
  if (node.kind === 'map') {
    const place = mapPlace(ctx, node);
    const { value } = place?.slot ?? {};
    if (place?.key && value && isAggregate(value) && !valueOfAggregate(value)) {
      return { kind: 'print-entry', map: place.map, key: place.key, span: call.span };
    }
  }
  const value = withMembers(ctx, argument(ctx, call, 0));
  if (isError(value)) return undefined;
  const { type } = value;
  if (type.kind !== 'none' && (type.kind !== 'struct' || type.members))
    return { kind: 'print-value', value, span: call.span };
  const hint = type.kind === 'struct' ? { hint: 'it is declared only: its fields are not known' } : {};
  fail(ctx, 'type-mismatch', value.span, `print() cannot show ${printType(type)}`, hint);
  return undefined;
}

function positive(ctx: TypingContext, call: Call, index: number, least: bigint): number | undefined {
  const number = literalInt(ctx, call, index);
  if (number === undefined) return undefined;
  if (number >= least && number <= 0x7fff_ffffn) return Number(number);
  fail(ctx, 'invalid-argument', call.args[index]!.span, `print() needs a number from ${least} here, not ${number}`);
  return undefined;
}

function checkTime(ctx: TypingContext, call: Call): TypedStatement | undefined {
  const format = call.args.length > 0 ? literalString(ctx, call, 0) : '%H:%M:%S\n';
  return format === undefined ? undefined : { kind: 'time', format, span: call.span };
}

/** `join(argv[, delimiter])` */
function checkJoin(ctx: TypingContext, call: Call): TypedStatement | undefined {
  const address = argument(ctx, call, 0);
  const delimiter = call.args.length > 1 ? literalString(ctx, call, 1) : ' ';
  if (isError(address) || delimiter === undefined) return undefined;
  const { type } = address;
  if (type.kind !== 'pointer' && type.kind !== 'int') {
    fail(ctx, 'type-mismatch', address.span, `join() needs an array of pointers, not ${printType(type)}`, {
      hint: 'as in join(args.argv)',
    });
    return undefined;
  }
  const space = type.kind === 'pointer' && type.space !== 'bpf' ? type.space : defaultSpace(ctx);
  return {
    kind: 'join',
    address: type.kind === 'int' ? convert(address, UINT64) : address,
    space,
    delimiter,
    span: call.span,
  };
}

function checkExit(ctx: TypingContext, call: Call): TypedStatement | undefined {
  if (call.args.length === 0) return { kind: 'exit', span: call.span };
  const code = integerArgument(ctx, call, 0);
  return isError(code) ? undefined : { kind: 'exit', code: convert(code, INT64), span: call.span };
}
