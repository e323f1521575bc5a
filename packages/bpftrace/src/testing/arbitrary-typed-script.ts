import fc from 'fast-check';
import type { KernelFacts } from '../facts/kernel-facts.ts';
import { Choices } from './choices.ts';
import { ExpressionWriter } from './expression-writer.ts';
import { MapsOfScript, VariablesInScope } from './names-in-scope.ts';
import { probeMenu, type ProbeChoice } from './probe-menu.ts';
import { StatementWriter } from './statement-writer.ts';

/** The decisions behind one probe. Each statement has its own, so that leaving one out changes the others little. */
interface ProbeSeed {
  readonly choice: number;
  readonly predicate: Uint16Array | null;
  readonly statements: readonly Uint16Array[];
}

/** How much a script holds. */
export interface ScriptSize {
  /** At most. */
  readonly probes: number;
}

/** Blocks within each other. */
const DEPTH = 3;

/**
 * Scripts without mistakes, as text: probes of all kinds, with names and types that fit the kernel that `facts` tells of. Small ones
 * as well as large ones, whose variables do not all fit the registers or the stack.
 */
export function arbitraryTypedScript(facts: KernelFacts, { probes }: ScriptSize = { probes: 3 }): fc.Arbitrary<string> {
  const menu = probeMenu(facts);
  return fc.array(probeSeed(menu.length), { minLength: 1, maxLength: probes, size: 'max' }).map((seeds) => write(menu, seeds));
}

function probeSeed(choices: number): fc.Arbitrary<ProbeSeed> {
  const numbers = fc.uint16Array({ maxLength: 120, size: 'max' });
  const statements = (maxLength: number) => fc.array(numbers, { maxLength, size: 'max' });
  return fc.record({
    choice: fc.nat(choices - 1),
    predicate: fc.option(fc.uint16Array({ maxLength: 40, size: 'max' }), { freq: 2 }),
    statements: fc.oneof(
      { withCrossShrink: true },
      { weight: 4, arbitrary: statements(3) },
      { weight: 4, arbitrary: statements(10) },
      { weight: 1, arbitrary: statements(40) },
    ),
  });
}

function write(menu: readonly ProbeChoice[], seeds: readonly ProbeSeed[]): string {
  const maps = new MapsOfScript();
  const alone = seeds.find(({ choice }) => menu[choice]!.alone);
  return (alone ? [alone] : seeds).map((seed) => writeProbe(menu[seed.choice]!, seed, maps)).join('\n');
}

function writeProbe(probe: ProbeChoice, { predicate, statements }: ProbeSeed, maps: MapsOfScript): string {
  const surroundings = { probe, maps, variables: new VariablesInScope() };
  const condition = predicate && new ExpressionWriter(new Choices(predicate), surroundings).condition(2);
  const body = statements.map((numbers) => `  ${new StatementWriter(new Choices(numbers), surroundings).statement(DEPTH)}\n`);
  return `${probe.attach}${condition === null ? '' : ` / ${condition} /`} {\n${body.join('')}}`;
}
