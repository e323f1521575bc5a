import type { ProgramType } from '@waggle/bpf/spec';
import type { Expression, Probe } from '../syntax/ast.ts';
import type { TypedProbe } from '../typed/tree.ts';
import { findExpression } from './find-expression.ts';
import type { ProbePoint } from './probes/probe-point.ts';
import type { Provider } from './probes/provider.ts';
import type { ResolvedProbe } from './resolve-probes.ts';

/** One program to be: a probe's body, and the places for which that body means the same. */
export interface ProbeInstance {
  /** Unique, and the same in every round of typing. */
  readonly id: string;
  readonly node: Probe;
  readonly provider: Provider;
  readonly programType: ProgramType;
  readonly phase: TypedProbe['phase'];
  /** At least one. */
  readonly points: readonly ProbePoint[];
}

/**
 * Makes programs of probes. Places of one kind share a program, unless the body asks where it is (`args`, `probe`), or the
 * kernel wants to know at load what a program attaches to.
 */
export function expandProbes(probes: readonly ResolvedProbe[]): ProbeInstance[] {
  return probes.flatMap(({ node, points }, index) => {
    const apart = dependsOnPlace(node);
    const groups = new Map<string, ProbePoint[]>();
    for (const [i, point] of points.entries()) {
      const alone = apart || point.programType === 'tracing';
      const key = alone ? `${i}` : point.provider;
      const group = groups.get(key);
      if (group) group.push(point);
      else groups.set(key, [point]);
    }
    return [...groups].map(([key, group]) => {
      const { provider, programType } = group[0]!;
      const phase = provider === 'begin' || provider === 'end' ? provider : 'other';
      return { id: `${index}.${key}`, node, provider, programType, phase, points: group };
    });
  });
}

function dependsOnPlace(node: Probe): boolean {
  const asks = (expression: Expression) =>
    expression.kind === 'identifier' && (expression.name === 'args' || expression.name === 'probe');
  return findExpression(node, asks) !== undefined;
}
