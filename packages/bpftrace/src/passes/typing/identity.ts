import type { IdentityField } from '../../script/compiled-script.ts';
import type { Span } from '../../source/span.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import { INTERNED } from '../../types/type.ts';
import type { TypingContext } from './context.ts';

/** waggle's own builtins: who the current task is to the cluster. */
export const IDENTITY_BUILTINS = ['node', 'namespace', 'pod', 'container', 'workload'] as const;

/** `pod`, `label("app")`, … */
export function readIdentity(ctx: TypingContext, field: IdentityField, span: Span): TypedExpression {
  const whose = RUN_BY_OTHERS[ctx.probe.provider];
  if (whose !== undefined && field.kind !== 'node') {
    const name = field.kind === 'label' ? 'label()' : field.kind;
    ctx.diagnostics.warning('not-the-target', span, `${name} in ${ctx.probe.provider} is that of ${whose}`, {
      hint: 'use it in a probe that the target runs into',
    });
  }
  return { kind: 'identity', field, type: INTERNED, span };
}

/** Probes whose current task is not the one that an event is about. */
const RUN_BY_OTHERS: Readonly<Record<string, string>> = {
  begin: 'waggle itself',
  end: 'waggle itself',
  interval: 'whoever happens to run on that CPU',
  iter: 'waggle itself, which reads it',
};
