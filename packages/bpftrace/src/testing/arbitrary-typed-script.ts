import fc from 'fast-check';
import type { KernelFacts } from '../facts/kernel-facts.ts';
import { Choices } from './choices.ts';
import { ExpressionWriter } from './expression-writer.ts';
import { MapsOfScript, VariablesInScope } from './names-in-scope.ts';
import { type ProbeChoice, probeMenu } from './probe-menu.ts';
import { StatementWriter } from './statement-writer.ts';

/** The decisions behind one probe. Each statement has its own, so that leaving one out changes the others little. */
interface ProbeSeed {
  readonly choice: number;
  readonly predicate: Uint16Array | null;
  readonly statements: readonly Uint16Array[];
}

/** Settings that change where values are kept. */
const CONFIGS = ['max_strlen = 64', 'on_stack_limit = 8', 'on_stack_limit = 300; max_strlen = 200'].map(
  (settings) => `config = { ${settings} }\n`,
);

/** Blocks within each other. */
const DEPTH = 3;

/**
 * Scripts without mistakes, as text (for `unsafe`, which some need): probes of all kinds, with names and types that fit the kernel that `facts` tells of. Most are
 * small; some have variables that do not all fit the registers or the stack.
 */
export function arbitraryTypedScript(facts: KernelFacts): fc.Arbitrary<string> {
  const menu = probeMenu(facts);
  const probe = probeSeed(menu.length);
  const probes = fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: fc.array(probe, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(probe, { minLength: 1, maxLength: 3, size: 'max' }) },
  );
  const config = fc.option(fc.constantFrom(...CONFIGS), { freq: 3, nil: '' });
  return fc.tuple(config, probes).map(([settings, seeds]) => settings + write(menu, seeds));
}

function probeSeed(choices: number): fc.Arbitrary<ProbeSeed> {
  const numbers = fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: fc.uint16Array({ maxLength: 30, size: 'max' }) },
    { weight: 1, arbitrary: fc.uint16Array({ maxLength: 120, size: 'max' }) },
  );
  const statements = (maxLength: number) => fc.array(numbers, { maxLength, size: 'max' });
  return fc.record({
    choice: fc.nat(choices - 1),
    predicate: fc.option(fc.uint16Array({ maxLength: 30, size: 'max' }), { freq: 1 }),
    statements: fc.oneof(
      { withCrossShrink: true },
      { weight: 6, arbitrary: statements(6) },
      { weight: 4, arbitrary: statements(14) },
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
  const body = statements.map(
    (numbers) => `  ${new StatementWriter(new Choices(numbers), surroundings).statement(DEPTH)}\n`,
  );
  return `${probe.attach}${condition === null ? '' : ` / ${condition} /`} {\n${body.join('')}}`;
}
