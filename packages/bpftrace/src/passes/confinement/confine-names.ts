import type { Span } from '../../source/span.ts';
import type { Call, Identifier, Probe, Script } from '../../syntax/ast.ts';
import { providerNamed } from '../probes/provider.ts';
import { IDENTITY_BUILTINS } from '../typing/identity.ts';
import { BUILTIN_VERDICTS, FUNCTION_VERDICTS, type Verdict } from './name-verdicts.ts';
import { PROBE_VERDICTS } from './probe-verdicts.ts';
import type { Refusals } from './refusal.ts';
import { RULES } from './rules.ts';

/**
 * Refuses builtins and functions by their names, as the script says them: before anything has become of them, and whether or not they are right
 * otherwise.
 *
 * @param constants of the script: they may be called `node` or `pod`
 */
export function confineNames(script: Script, constants: { has(name: string): boolean }, refusals: Refusals): void {
  for (const item of script.items) {
    if (item.kind === 'probe') confineProbe(item, constants, refusals);
  }
}

function confineProbe(probe: Probe, constants: { has(name: string): boolean }, refusals: Refusals): void {
  const ofNobody = probe.attachPoints.some(({ provider }) => {
    const named = providerNamed(provider.text);
    return named !== undefined && PROBE_VERDICTS[named] === 'of-nobody';
  });
  const judge = (verdict: Verdict | undefined, span: Span, written: string) => {
    if (verdict === undefined || verdict === 'anywhere') return;
    if (verdict !== 'of-the-task') refusals.refuse(verdict, span, written);
    else if (ofNobody) refusals.refuse(RULES.noTask, span, written);
  };
  const isConstant = (name: string) => IDENTITY_BUILTINS.some((one) => one === name) && constants.has(name);
  for (const { name, span, called } of namesIn([probe.predicate, probe.body])) {
    if (called) judge(entryOf(FUNCTION_VERDICTS, name), span, `${name}()`);
    else if (/^s?arg\d+$/.test(name)) judge(RULES.registers, span, name);
    else if (!isConstant(name)) judge(entryOf(BUILTIN_VERDICTS, name), span, name);
  }
}

interface NameInScript {
  readonly name: string;
  readonly span: Span;
  readonly called: boolean;
}

/** Nodes of the tree are plain data: every object below a node is a part of it. Names of members, fields and types are no identifiers. */
function* namesIn(node: unknown): Generator<NameInScript> {
  if (typeof node !== 'object' || node === null) return;
  if ('kind' in node && node.kind === 'identifier') {
    const { name, span } = node as unknown as Identifier;
    yield { name, span, called: false };
  } else if ('kind' in node && node.kind === 'call') {
    const { text, span } = (node as unknown as Call).name;
    yield { name: text, span, called: true };
  }
  for (const child of Object.values(node)) yield* namesIn(child);
}

function entryOf(table: Readonly<Record<string, Verdict>>, name: string): Verdict | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
