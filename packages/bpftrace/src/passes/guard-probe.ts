import { memberNames } from '@waggle/bpf/btf';
import type { TypedExpression, TypedProbe } from '../typed/tree.ts';
import { BOOL, UINT64 } from '../types/type.ts';
import { integer } from './typing/constants.ts';
import type { TypingContext } from './typing/context.ts';
import { isError } from './typing/context.ts';
import { contextPointer } from './typing/context-pointer.ts';
import { convert } from './typing/convert.ts';
import { accessMember } from './typing/members.ts';

/**
 * Which task an event of this probe belongs to. An iterator's events belong to the task that it shows, not to the one that
 * reads it; and its last call, without an object, is no event: both become part of the predicate.
 */
export function guardProbe(
  ctx: TypingContext,
  predicate: TypedExpression | undefined,
): Pick<TypedProbe, 'guard' | 'predicate'> {
  const { provider } = ctx.probe;
  if (provider === 'begin' || provider === 'end' || provider === 'interval')
    return { guard: 'none', ...(predicate && { predicate }) };
  if (provider === 'iter') return guardIterator(ctx, predicate);
  return { guard: ctx.seen.inTarget ? 'explicit' : 'current', ...(predicate && { predicate }) };
}

function guardIterator(
  ctx: TypingContext,
  predicate: TypedExpression | undefined,
): Pick<TypedProbe, 'guard' | 'predicate'> {
  const { span } = ctx.probe.node.attachPoints[0] ?? ctx.probe.node;
  const [name] = objectNames(ctx);
  if (name === undefined) return { guard: 'current', ...(predicate && { predicate }) };
  const object = accessMember(ctx, contextPointer(ctx, span), { text: name, span }, span);
  if (isError(object)) return { guard: 'current', ...(predicate && { predicate }) };
  const zero = integer(0n, UINT64, span);
  let test: TypedExpression = {
    kind: 'binary',
    operator: '!=',
    left: convert(object, UINT64),
    right: zero,
    type: BOOL,
    span,
  };
  const ofTask = name === 'task' && !ctx.seen.inTarget;
  if (ofTask) test = both(test, { kind: 'in-target', task: object, type: BOOL, span });
  const guard = ofTask || ctx.seen.inTarget ? 'explicit' : 'current';
  return { guard, predicate: predicate ? both(test, predicate) : test };
}

function both(left: TypedExpression, right: TypedExpression): TypedExpression {
  return { kind: 'logical', operator: '&&', left, right, type: BOOL, span: right.span };
}

/** Members of the context behind `meta`: the first is the object itself. */
function objectNames({ facts, probe }: TypingContext): readonly string[] {
  const args = probe.points[0]?.args;
  if (args?.kind !== 'iterator') return [];
  return facts.btf ? memberNames(facts.btf, args.structId).filter((name) => name !== 'meta') : [];
}
