import type { Diagnostics } from '../../diagnostics/diagnostic.ts';
import type { Script } from '../../syntax/ast.ts';
import type { MapSymbol, TypedProbe } from '../../typed/tree.ts';
import type { Definitions } from '../collect-definitions.ts';
import type { ProbeInstance } from '../expand-probes.ts';
import { confineLoops, confineMaps, confineRates, confineSize, confineStacks } from './confine-cost.ts';
import { confineNames } from './confine-names.ts';
import { confineEvents, confineProbeKinds } from './confine-probes.ts';
import { confineValues, type ScriptInput } from './confine-values.ts';
import { PROBE_VERDICTS } from './probe-verdicts.ts';
import { Refusals } from './refusal.ts';

/**
 * Confinement: a script of somebody who may see one target sees nothing of others and changes nothing, whatever it says. The guard in front of its probes
 * lets through what the target's tasks run into; these passes refuse what would see more from there, or without the guard.
 *
 * There are two nets. One goes by the names and the probes that the script writes; the other by what has become of them, so that no spelling slips
 * through. Each rule has a code of its own (`rules.ts`).
 */
export class Confinement {
  readonly #refusals: Refusals;

  constructor(diagnostics: Diagnostics) {
    this.#refusals = new Refusals(diagnostics);
  }

  /** Before anything is looked up. False where the script asks about files of the node: then nothing may be. */
  admitNames(script: Script, definitions: Definitions): boolean {
    confineNames(script, definitions.constants, this.#refusals);
    return confineProbeKinds(script, this.#refusals);
  }

  /** False where there is more than may be compiled. */
  admitProbes(instances: readonly ProbeInstance[]): boolean {
    confineEvents(instances, this.#refusals);
    confineRates(instances, this.#refusals);
    return confineSize(instances, this.#refusals);
  }

  /** @param probes one for each instance */
  admitValues(
    instances: readonly ProbeInstance[],
    { probes, maps }: { readonly probes: readonly TypedProbe[]; readonly maps: readonly MapSymbol[] },
    input: ScriptInput,
  ): void {
    for (const [i, probe] of probes.entries()) {
      // What a refused kind of probe does is of no interest any more.
      if (typeof PROBE_VERDICTS[instances[i]!.provider] === 'object') continue;
      confineValues(probe, input, this.#refusals);
      confineLoops(probe, this.#refusals);
    }
    confineMaps(maps, this.#refusals);
    confineStacks(probes, this.#refusals);
  }
}
