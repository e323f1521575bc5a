import type { AttachPoint } from '../../syntax/ast.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { ProbeNames, ProbePoint } from './probe-point.ts';
import { checkParts, part } from './probe-point.ts';

/** The context of each iterator is a struct of this name, kernel/bpf/task_iter.c and others. */
const CONTEXT_STRUCT = 'bpf_iter__';

/** `iter:TARGET`: runs once for every object of a kind. */
export function resolveIterator(names: ProbeNames, node: AttachPoint): ProbePoint[] {
  if (!checkParts(names, node, 1, 2, 'iter:task')) return [];
  const target = part(node, 0);
  const { btf } = names.facts;
  if (node.parts.length === 2) {
    names.diagnostics.error('not-yet-supported', node.parts[1]!.span, 'pinning an iterator is not supported yet');
    return [];
  }
  if (!btf) {
    names.diagnostics.error('missing-btf', node.span, 'iter needs BTF, which this kernel does not have');
    return [];
  }
  const context = btf.find(CONTEXT_STRUCT + target, 'struct');
  if (!context) {
    const known: string[] = [];
    for (const type of btf.allOf('struct')) {
      if (type.kind === 'struct' && type.name.startsWith(CONTEXT_STRUCT))
        known.push(type.name.slice(CONTEXT_STRUCT.length));
    }
    const hint = didYouMean(target, known) ?? { hint: `there are ${known.sort().join(', ')}` };
    names.diagnostics.error('unknown-probe', node.parts[0]!.span, `there is no iterator ${target}`, hint);
    return [];
  }
  return [
    {
      provider: 'iter',
      programType: 'tracing',
      attach: { kind: 'iterator', target },
      name: `iter:${target}`,
      args: { kind: 'iterator', structId: context.id },
      span: node.span,
    },
  ];
}
