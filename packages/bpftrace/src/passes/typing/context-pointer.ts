import type { Span } from '../../source/span.ts';
import type { TypedExpression } from '../../typed/tree.ts';
import type { Type } from '../../types/type.ts';
import { NONE } from '../../types/type.ts';
import type { TypingContext } from './context.ts';
import { typeOfBtf } from './type-of-btf.ts';

/** The builtin `ctx`: a pointer to the struct that a program of this kind is called with, where BTF knows it. */
export function contextPointer(ctx: TypingContext, span: Span): TypedExpression {
  // Types are read where they are needed only: a script of numbers starts without them.
  const id = structId(ctx);
  const to: Type = id !== undefined && ctx.facts.btf ? typeOfBtf(ctx.facts.btf, id, 'kernel') : NONE;
  return { kind: 'builtin', name: 'ctx', type: { kind: 'pointer', to, space: 'kernel' }, span };
}

function structId({ facts, probe }: TypingContext): number | undefined {
  const args = probe.points[0]?.args;
  if (args?.kind === 'iterator') return args.structId;
  switch (probe.programType) {
    case 'kprobe':
      return facts.btf?.find(facts.architecture === 'x64' ? 'pt_regs' : 'user_pt_regs', 'struct')?.id;
    case 'perf-event':
      return facts.btf?.find('bpf_perf_event_data', 'struct')?.id;
    default:
      return undefined;
  }
}
