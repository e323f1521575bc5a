import type { Call } from '../../syntax/ast.ts';
import { printType } from '../../typed/print-type.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import type { StackMode, Type } from '../../types/type.ts';
import { UINT64 } from '../../types/type.ts';
import { didYouMean } from '../did-you-mean.ts';
import { argument, literalInt, literalString, word } from '../typing/arguments.ts';
import { integer } from '../typing/constants.ts';
import type { TypingContext } from '../typing/context.ts';
import { errorExpression, fail, isError } from '../typing/context.ts';
import { convert } from '../typing/convert.ts';
import { register } from '../typing/probe-args.ts';
import { registersOf } from '../typing/registers.ts';
import type { FunctionTable } from './function-rule.ts';
import { value } from './function-rule.ts';

/** Functions about stacks, symbols and registers. */
export const SYMBOL_FUNCTIONS = {
  ksym: value(1, 1, (ctx, call) => symbol(ctx, call, { kind: 'ksym' })),
  usym: value(1, 1, (ctx, call) => symbol(ctx, call, { kind: 'usym' })),
  kaddr: value(1, 1, checkKaddr),
  uaddr: value(1, 1, (ctx, call) => fail(ctx, 'not-yet-supported', call.name.span, 'uaddr() is not supported yet')),
  kstack: value(0, 2, (ctx, call) => stack(ctx, call, 'kstack')),
  ustack: value(0, 2, (ctx, call) => stack(ctx, call, 'ustack')),
  reg: value(1, 1, checkReg),
} satisfies FunctionTable;

const STACK_MODES: readonly string[] = ['bpftrace', 'perf', 'raw', 'build_id'] satisfies StackMode[];

/** Frames of a stack, at most; the kernel's default of kernel.perf_event_max_stack. */
const MAX_FRAMES = 127n;

/** `kstack`, `kstack(9)`, `kstack(perf)`, `kstack(perf, 9)` */
function stack(ctx: TypingContext, call: Call, kind: 'kstack' | 'ustack'): TypedExpression {
  let mode: StackMode = ctx.config.stackMode;
  let limit = MAX_FRAMES;
  for (const [i, node] of call.args.entries()) {
    const name = i === 0 ? word(call, 0) : undefined;
    if (name) {
      if (!STACK_MODES.includes(name.text)) {
        const hint = didYouMean(name.text, STACK_MODES) ?? { hint: `modes are ${STACK_MODES.join(', ')}` };
        return fail(ctx, 'invalid-argument', name.span, `unknown stack mode ${name.text}`, hint);
      }
      mode = name.text as StackMode;
      continue;
    }
    if (call.args.length === 2 && i === 0) {
      return fail(ctx, 'invalid-argument', node.span, `the first argument of ${kind}() must be a mode`, {
        hint: `modes are ${STACK_MODES.join(', ')}`,
      });
    }
    const frames = literalInt(ctx, call, i);
    if (frames === undefined) return errorExpression(call.span);
    if (frames < 1n || frames > MAX_FRAMES) {
      return fail(ctx, 'invalid-argument', node.span, `${kind}() keeps 1 to ${MAX_FRAMES} frames, not ${frames}`);
    }
    limit = frames;
  }
  return { kind: 'stack', type: { kind, mode, limit: Number(limit) }, span: call.span };
}

function symbol(ctx: TypingContext, call: Call, type: Type): TypedExpression {
  const address = argument(ctx, call, 0);
  if (isError(address)) return address;
  if (address.type.kind !== 'int' && address.type.kind !== 'pointer') {
    return fail(
      ctx,
      'type-mismatch',
      address.span,
      `${call.name.text}() needs an address, not ${printType(address.type)}`,
    );
  }
  return { kind: 'symbol', address: convert(address, UINT64), type, span: call.span };
}

function checkKaddr(ctx: TypingContext, call: Call): TypedExpression {
  const name = literalString(ctx, call, 0);
  if (name === undefined) return errorExpression(call.span);
  const address = ctx.facts.kernelAddress(name);
  if (address !== undefined) return integer(address, UINT64, call.span);
  return fail(ctx, 'unknown-symbol', call.args[0]!.span, `the kernel has no symbol ${name}`);
}

/** `reg("ip")` */
function checkReg(ctx: TypingContext, call: Call): TypedExpression {
  const name = literalString(ctx, call, 0);
  if (name === undefined) return errorExpression(call.span);
  const { programType, provider } = ctx.probe;
  if (programType !== 'kprobe' && programType !== 'perf-event') {
    const hint = { hint: 'kprobe, uprobe and profile have them' };
    return fail(ctx, 'invalid-builtin', call.span, `${provider} probes have no registers`, hint);
  }
  const { offsets } = registersOf(ctx.facts.architecture);
  if (Object.hasOwn(offsets, name)) return register(ctx, name, call.span);
  const hint = didYouMean(name, Object.keys(offsets)) ?? { hint: `there are ${Object.keys(offsets).join(', ')}` };
  return fail(
    ctx,
    'invalid-argument',
    call.args[0]!.span,
    `unknown register "${name}" on ${ctx.facts.architecture}`,
    hint,
  );
}
