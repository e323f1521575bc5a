import type { TracepointFormat } from '../../facts/tracepoint-format.ts';
import type { Span } from '../../source/span.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import type { Type } from '../../types/type.ts';
import { UINT64 } from '../../types/type.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { ProbeArguments } from '../probes/probe-point.ts';
import { addOffset, defaultSpace } from './address.ts';
import type { TypingContext } from './context.ts';
import { errorExpression, fail } from './context.ts';
import { contextPointer } from './context-pointer.ts';
import { accessMember } from './members.ts';
import { registersOf } from './registers.ts';
import { tracepointArgument } from './tracepoint-args.ts';
import { typeOfBtf } from './type-of-btf.ts';

/** `args.name` */
export function probeArgument(
  ctx: TypingContext,
  name: { readonly text: string; readonly span: Span },
  span: Span,
): TypedExpression {
  const args = ctx.probe.points[0]?.args;
  if (!args) return noArgs(ctx, span);
  switch (args.kind) {
    case 'unseen':
      return errorExpression(span);
    case 'iterator':
      return accessMember(ctx, contextPointer(ctx, span), name, span);
    case 'tracepoint': {
      const format = args.format();
      const field = format?.fields.find((one) => one.name === name.text);
      if (field) return tracepointArgument(ctx, args.category, field, span);
      return fail(
        ctx,
        'unknown-field',
        name.span,
        `${args.category}:${args.event} has no argument ${name.text}`,
        hintOf(name.text, fieldNames(format)),
      );
    }
    case 'function': {
      const index = args.params.findIndex((param) => param.name === name.text);
      if (index >= 0) return functionArgument(ctx, args, index, span);
      const names = args.params.map((param) => param.name).filter((one) => one !== '');
      return fail(
        ctx,
        'unknown-field',
        name.span,
        `${ctx.probe.points[0]!.name} has no argument ${name.text}`,
        hintOf(name.text, names),
      );
    }
  }
}

/** `args` by itself. */
export function noArgs(ctx: TypingContext, span: Span): TypedExpression {
  const { provider, points } = ctx.probe;
  if (points[0]?.args) {
    return fail(ctx, 'invalid-args', span, 'args is no value by itself', {
      hint: 'name one of them, as in args.filename',
    });
  }
  const hints: Partial<Record<typeof provider, string>> = {
    kprobe: 'use arg0, arg1, …, or fentry',
    kretprobe: 'use retval, or fexit',
    uprobe: 'use arg0, arg1, …',
    uretprobe: 'use retval',
    rawtracepoint: 'BTF does not know this event: use arg0, arg1, …',
  };
  const hint = hints[provider] ?? 'tracepoints, rawtracepoints, fentry, fexit and iterators have args';
  return fail(ctx, 'invalid-args', span, `${provider} probes have no args`, { hint });
}

/** The names that `args` has, for suggestions. */
function fieldNames(format: TracepointFormat | undefined): string[] {
  return format?.fields.map((field) => field.name) ?? [];
}

function hintOf(name: string, names: readonly string[]): { readonly hint: string } {
  if (names.length === 0) return { hint: 'it has none' };
  return didYouMean(name, names) ?? { hint: `it has ${names.join(', ')}` };
}

/** Parameters lie in the context one behind the other, eight bytes each. */
function functionArgument(
  ctx: TypingContext,
  args: Extract<ProbeArguments, { kind: 'function' }>,
  index: number,
  span: Span,
): TypedExpression {
  const { btf } = ctx.facts;
  const param = args.params[index]!;
  if (!btf) return fail(ctx, 'missing-btf', span, 'the kernel has no BTF');
  const type = typeOfBtf(btf, param.typeId, 'kernel');
  return contextValue(ctx, type, index * 8, `argument ${param.name}`, span);
}

function contextValue(ctx: TypingContext, type: Type, offset: number, what: string, span: Span): TypedExpression {
  switch (type.kind) {
    case 'int':
      return {
        kind: 'context-load',
        offset,
        sizeBytes: type.sizeBytes,
        signed: type.signed,
        trusted: false,
        type,
        span,
      };
    case 'bool':
      return { kind: 'context-load', offset, sizeBytes: 1, signed: false, trusted: false, type, span };
    case 'pointer': {
      const trusted = type.to.kind === 'struct' && type.to.btfId !== undefined && type.space === 'kernel';
      return { kind: 'context-load', offset, sizeBytes: 8, signed: false, trusted, type, span };
    }
    default:
      return fail(
        ctx,
        'not-yet-supported',
        span,
        `${what} is passed by value as more than a number, which is not supported yet`,
      );
  }
}

/** `retval` */
export function returnValue(ctx: TypingContext, span: Span): TypedExpression {
  const { provider, points } = ctx.probe;
  const args = points[0]?.args;
  if (provider === 'kretprobe' || provider === 'uretprobe') {
    return register(ctx, registersOf(ctx.facts.architecture).returns, span);
  }
  if (provider !== 'fexit' || args?.kind !== 'function' || args.returnId === undefined || !ctx.facts.btf) {
    const hint = { hint: 'kretprobe, uretprobe and fexit have it; tracepoints of exits have args.ret' };
    return fail(ctx, 'invalid-builtin', span, `${provider} probes have no retval`, hint);
  }
  const type = typeOfBtf(ctx.facts.btf, args.returnId, 'kernel');
  if (type.kind === 'none') return fail(ctx, 'invalid-builtin', span, `${points[0]!.name} returns nothing`);
  return contextValue(ctx, type, args.params.length * 8, 'the result', span);
}

/** `arg0` … `arg9` */
export function numberedArgument(ctx: TypingContext, index: number, span: Span): TypedExpression {
  const { provider, programType } = ctx.probe;
  if (provider === 'rawtracepoint' && programType === 'raw-tracepoint') {
    return { kind: 'context-load', offset: index * 8, sizeBytes: 8, signed: false, trusted: false, type: UINT64, span };
  }
  if (provider !== 'kprobe' && provider !== 'uprobe') {
    const typed = ctx.probe.points[0]?.args !== undefined;
    const hint = { hint: typed ? 'use args.NAME' : 'kprobe and uprobe have it' };
    return fail(ctx, 'invalid-builtin', span, `${provider} probes have no arg${index}`, hint);
  }
  const registers = registersOf(ctx.facts.architecture);
  const name = registers.args[index];
  if (name !== undefined) return register(ctx, name, span);
  const stack = register(ctx, registers.stackPointer, span);
  const offset = registers.stackArgsOffset + 8 * (index - registers.args.length);
  const space = defaultSpace(ctx);
  const address = addOffset(stack, BigInt(offset), { kind: 'pointer', to: UINT64, space }, span);
  return { kind: 'load', address, offset: 0, space, type: UINT64, span };
}

/** A register of the context, which must be `struct pt_regs`, or begin with it. */
export function register(ctx: TypingContext, name: string, span: Span): TypedExpression {
  const offset = registersOf(ctx.facts.architecture).offsets[name]!;
  return { kind: 'context-load', offset, sizeBytes: 8, signed: false, trusted: false, type: UINT64, span };
}
