import type { Call } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { Builtin, TypedExpression } from '../../typed/tree.ts';
import { layoutOf } from '../../types/layout.ts';
import type { IntType, Type } from '../../types/type.ts';
import { NONE, UINT8, UINT64 } from '../../types/type.ts';
import { didYouMean } from '../did-you-mean.ts';
import { asAddress } from '../typing/address.ts';
import { argument, integerArgument, literalString, word } from '../typing/arguments.ts';
import { constantInt, integer } from '../typing/constants.ts';
import type { TypingContext } from '../typing/context.ts';
import { errorExpression, fail, isError } from '../typing/context.ts';
import { convert } from '../typing/convert.ts';
import type { FunctionTable } from './function-rule.ts';
import { value } from './function-rule.ts';
import { parseAddress } from './parse-address.ts';

/** Functions that show a number as something else, or make one of it. */
export const CONVERSION_FUNCTIONS = {
  nsecs: value(0, 1, checkNsecs),
  strftime: value(2, 2, checkStrftime),
  strerror: value(1, 1, (ctx, call) => shownAs(ctx, call, 0, { kind: 'strerror' })),
  cgroup_path: value(1, 2, checkCgroupPath),
  ntop: value(1, 2, checkNtop),
  pton: value(1, 1, checkPton),
  macaddr: value(1, 1, checkMacaddr),
  bswap: value(1, 1, checkBswap),
  kptr: value(1, 1, (ctx, call) => inSpace(ctx, call, 'kernel')),
  uptr: value(1, 1, (ctx, call) => inSpace(ctx, call, 'user')),
} satisfies FunctionTable;

const CLOCKS: Readonly<Record<string, Builtin['name']>> = {
  monotonic: 'nsecs',
  boot: 'nsecs_boot',
  tai: 'nsecs_tai',
  sw_tai: 'nsecs_sw_tai',
};

/** `nsecs(mode)` */
function checkNsecs(ctx: TypingContext, call: Call): TypedExpression {
  const mode = word(call, 0);
  const name = mode ? CLOCKS[mode.text] : 'nsecs_boot';
  if (name && (mode || call.args.length === 0)) return { kind: 'builtin', name, type: UINT64, span: call.span };
  const { span } = call.args[0]!;
  const hint = (mode && didYouMean(mode.text, Object.keys(CLOCKS))) ?? {
    hint: `clocks are ${Object.keys(CLOCKS).join(', ')}`,
  };
  return fail(
    ctx,
    'invalid-argument',
    span,
    mode ? `unknown clock ${mode.text}` : 'nsecs() needs the name of a clock',
    hint,
  );
}

/** `strftime(format, ns)`: the clock is that which the number came from, where that can be seen. */
function checkStrftime(ctx: TypingContext, call: Call): TypedExpression {
  const format = literalString(ctx, call, 0);
  const time = integerArgument(ctx, call, 1);
  if (format === undefined || isError(time)) return errorExpression(call.span);
  const name = time.kind === 'builtin' ? time.name : undefined;
  const clock = name === 'nsecs' ? 'monotonic' : name === 'nsecs_tai' || name === 'nsecs_sw_tai' ? 'tai' : 'boot';
  return { kind: 'cast', operand: convert(time, UINT64), type: { kind: 'timestamp', format, clock }, span: call.span };
}

function shownAs(ctx: TypingContext, call: Call, index: number, type: Type): TypedExpression {
  const number = integerArgument(ctx, call, index);
  if (isError(number)) return number;
  return { kind: 'cast', operand: convert(number, UINT64), type, span: call.span };
}

function checkCgroupPath(ctx: TypingContext, call: Call): TypedExpression {
  const pattern = call.args.length > 1 ? literalString(ctx, call, 1) : undefined;
  if (call.args.length > 1 && pattern === undefined) return errorExpression(call.span);
  return shownAs(ctx, call, 0, { kind: 'cgroup-path', ...(pattern !== undefined && { pattern }) });
}

/** `ntop([family,] address)`: an IPv4 address as an integer, or 4 or 16 bytes. */
function checkNtop(ctx: TypingContext, call: Call): TypedExpression {
  const last = call.args.length - 1;
  const family = last === 1 ? integerArgument(ctx, call, 0) : undefined;
  const address = argument(ctx, call, last);
  if (isError(address) || (family && isError(family))) return errorExpression(call.span);
  const size = address.type.kind === 'int' ? 4 : sizeInMemory(address.type);
  if (size !== 4 && size !== 16) {
    return fail(
      ctx,
      'type-mismatch',
      address.span,
      `ntop() needs an address of 4 or 16 bytes, not ${printType(address.type)}`,
    );
  }
  const wide = family && convert(family, UINT64);
  return { kind: 'ntop', ...(wide && { family: wide }), address, type: { kind: 'inet' }, span: call.span };
}

/** `pton("::1")`: the bytes of an address that is known now. */
function checkPton(ctx: TypingContext, call: Call): TypedExpression {
  const text = literalString(ctx, call, 0);
  if (text === undefined) return errorExpression(call.span);
  const bytes = parseAddress(text);
  if (!bytes) return fail(ctx, 'invalid-argument', call.args[0]!.span, `"${text}" is no IPv4 or IPv6 address`);
  const type: Type = { kind: 'array', element: UINT8, length: bytes.length };
  return { kind: 'bytes', value: bytes, type, span: call.span };
}

function sizeInMemory(type: Type): number | undefined {
  const inMemory = type.kind === 'array' || type.kind === 'struct' || type.kind === 'string';
  return inMemory ? (type.kind === 'struct' ? type.sizeBytes : layoutOf(type).sizeBytes) : undefined;
}

function checkMacaddr(ctx: TypingContext, call: Call): TypedExpression {
  const source = argument(ctx, call, 0);
  if (isError(source)) return source;
  const place = asAddress(ctx, source);
  const span = call.span;
  if (place)
    return { kind: 'load', address: place.address, offset: 0, space: place.space, type: { kind: 'mac' }, span };
  return fail(
    ctx,
    'type-mismatch',
    source.span,
    `macaddr() needs a pointer or an array in memory, not ${printType(source.type)}`,
  );
}

/** The type stays, without its sign. */
function checkBswap(ctx: TypingContext, call: Call): TypedExpression {
  const operand = integerArgument(ctx, call, 0);
  if (operand.type.kind !== 'int') return isError(operand) ? operand : convert(operand, UINT64);
  const type: IntType = { kind: 'int', sizeBytes: operand.type.sizeBytes, signed: false };
  const constant = constantInt(operand);
  if (constant !== undefined) return integer(swapped(constant, type.sizeBytes), type, call.span);
  if (type.sizeBytes === 1) return convert(operand, type);
  return { kind: 'bswap', operand: convert(operand, type), type, span: call.span };
}

function swapped(value: bigint, sizeBytes: number): bigint {
  let result = 0n;
  for (let i = 0n; i < sizeBytes; i++) result = (result << 8n) | ((value >> (8n * i)) & 0xffn);
  return result;
}

/** `kptr(p)`, `uptr(p)`: the same pointer, into the address space that it is said to be of. */
function inSpace(ctx: TypingContext, call: Call, space: 'kernel' | 'user'): TypedExpression {
  const operand = argument(ctx, call, 0);
  if (isError(operand)) return operand;
  const { type } = operand;
  if (type.kind === 'pointer') return type.space === space ? operand : convert(operand, { ...type, space });
  if (type.kind === 'int') return { ...convert(operand, { kind: 'pointer', to: NONE, space }), span: call.span };
  return fail(ctx, 'type-mismatch', operand.span, `${call.name.text}() needs a pointer, not ${printType(type)}`);
}
