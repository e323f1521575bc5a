import type { CompileOptions } from '../compile.ts';
import type { Diagnostics } from '../diagnostics/diagnostic.ts';
import type { KernelFacts } from '../facts/kernel-facts.ts';
import type { SourceText } from '../source/source-text.ts';
import type { Script } from '../syntax/ast.ts';
import type { TypedScript } from '../typed/tree.ts';
import { collectDefinitions } from './collect-definitions.ts';
import { Confinement } from './confinement/confine.ts';
import { declareMaps } from './declare-maps.ts';
import { expandProbes } from './expand-probes.ts';
import { readConfig } from './read-config.ts';
import { resolveProbes } from './resolve-probes.ts';
import { typeProbes } from './type-probes.ts';
import { TypeEnvironment } from './typing/environment.ts';

/**
 * Resolves the names and types of a script against one kernel. The order of the passes is this function.
 *
 * Mistakes go to `diagnostics`, as many as there are; undefined where there are errors, those of the parser included, and where not everything that the
 * script names can be seen.
 */
export function check(
  script: Script,
  source: SourceText,
  facts: KernelFacts,
  options: CompileOptions,
  diagnostics: Diagnostics,
): TypedScript | undefined {
  const config = readConfig(script, options, diagnostics);
  const definitions = collectDefinitions(script, facts, diagnostics);
  const environment = new TypeEnvironment(config.maxMapKeys);
  declareMaps(script, environment, diagnostics);
  const confinement = options.confined ? new Confinement(diagnostics) : undefined;
  if (confinement && !confinement.admitNames(script, definitions)) return undefined;
  const resolved = resolveProbes(script, { facts, options, diagnostics }, config);
  const instances = expandProbes(resolved);
  if (confinement && !confinement.admitProbes(instances)) return undefined;
  const typed = typeProbes(instances, { source, facts, options, config, definitions, environment, diagnostics });
  confinement?.admitValues(instances, typed, { source, facts });
  const unseen = instances.flatMap(({ points }) => points).find(({ args }) => args?.kind === 'unseen');
  if (unseen) {
    const message =
      "this kernel's tracepoints cannot be seen: those of the script, and what depends on their arguments, are not checked";
    diagnostics.warning('unchecked-probe', unseen.span, message, { hint: 'check it as root' });
  }
  if (diagnostics.hasErrors || unseen) return undefined;
  const { maxStrlen, maxMapKeys, onStackLimit, stackMode, printMapsOnExit } = config;
  return { ...typed, config: { maxStrlen, maxMapKeys, onStackLimit, stackMode, printMapsOnExit } };
}
