import type { CompileOptions } from '../compile.ts';
import { Diagnostics } from '../diagnostics/diagnostic.ts';
import type { KernelFacts } from '../facts/kernel-facts.ts';
import type { SourceText } from '../source/source-text.ts';
import type { MapSymbol, TypedProbe } from '../typed/tree.ts';
import { checkExpression } from './check-expression.ts';
import { checkStatements } from './check-statement.ts';
import type { Definitions } from './collect-definitions.ts';
import type { ProbeInstance } from './expand-probes.ts';
import { guardProbe } from './guard-probe.ts';
import type { CheckedConfig } from './read-config.ts';
import { condition } from './typing/condition.ts';
import type { TypingContext } from './typing/context.ts';
import { isError } from './typing/context.ts';
import type { TypeEnvironment } from './typing/environment.ts';
import { Scopes } from './typing/scopes.ts';

/** What typing needs besides the probes. */
export interface TypingInput {
  readonly source: SourceText;
  readonly facts: KernelFacts;
  readonly options: CompileOptions;
  readonly config: CheckedConfig;
  readonly definitions: Definitions;
  readonly environment: TypeEnvironment;
  readonly diagnostics: Diagnostics;
}

/**
 * Rounds, at most. Each adds something to a type that can only grow a few times, so that scripts need two or three; a script that
 * needs more than this is told what is still unknown.
 */
const MAX_ROUNDS = 40;

/**
 * Types all probes: rounds that only find the types of maps and variables, in silence, until nothing changes; then one that
 * builds the tree and tells every mistake.
 */
export function typeProbes(
  probes: readonly ProbeInstance[],
  input: TypingInput,
): { readonly probes: readonly TypedProbe[]; readonly maps: readonly MapSymbol[] } {
  const { environment } = input;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    environment.startRound();
    const silent = { ...input, diagnostics: new Diagnostics() };
    for (const probe of probes) typeProbe(probe, silent, false);
    if (!environment.changed) break;
  }
  const maps = environment.finish();
  return { maps, probes: probes.map((probe) => typeProbe(probe, input, true)) };
}

function typeProbe(probe: ProbeInstance, input: TypingInput, final: boolean): TypedProbe {
  const scopes = new Scopes(input.environment, probe.id);
  const ctx: TypingContext = {
    ...input,
    final,
    scopes,
    probe,
    seen: { inTarget: false },
    check: (node) => checkExpression(ctx, node),
    checkStatements: (block) => checkStatements(ctx, block),
    checkBlock: (block) => scopes.within(() => checkStatements(ctx, block)),
  };
  const { node } = probe;
  const predicate = node.predicate && condition(ctx, ctx.check(node.predicate), 'a predicate');
  const body = ctx.checkBlock(node.body);
  const { guard, predicate: guarded } = guardProbe(ctx, predicate && !isError(predicate) ? predicate : undefined);
  return {
    programType: probe.programType,
    attachPoints: probe.points.map(({ attach, name }) => ({ attach, name })),
    phase: probe.phase,
    guard,
    ...(guarded && { predicate: guarded }),
    body,
    variables: scopes.variables,
    span: node.span,
  };
}
