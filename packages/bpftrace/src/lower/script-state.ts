import type { SourceLine } from '@waggle/bpf/asm';
import type { CompileOptions } from '../compile-options.ts';
import type { Diagnostics } from '../diagnostics/diagnostic.ts';
import type { KernelFacts } from '../facts/kernel-facts.ts';
import type { Action, IdentityField, IdentityLayout, ScriptMap } from '../script/compiled-script.ts';
import type { SourceText } from '../source/source-text.ts';
import type { Span } from '../source/span.ts';
import type { MapSymbol, TypedScript } from '../typed/tree.ts';
import { walk } from '../typed/typed-children.ts';
import { scriptMapOf } from './script-map.ts';

/** Maps of the engine that lowering may find it needs. */
export type InternalMap = 'ring' | 'globals' | 'scratch' | 'ledger' | 'targets' | 'identities';

/** What the programs of a script share while they are lowered. */
export class ScriptState {
  readonly typed: TypedScript;
  readonly source: SourceText;
  readonly facts: KernelFacts;
  readonly options: CompileOptions;
  readonly diagnostics: Diagnostics;
  readonly actions: Action[] = [];
  /** Frame limits of the stacks that are taken. */
  readonly stackLimits = new Set<number>();
  readonly usedMaps = new Set<InternalMap>();
  /** Largest scratch memory of a program. */
  scratchBytes = 0;
  readonly #identityFields: IdentityField[] = [];
  readonly #literals: string[] = [];
  readonly #maps = new Map<MapSymbol, ScriptMap>();
  #deleted: ReadonlySet<MapSymbol> | undefined;
  readonly #lines = new Map<number, SourceLine>();

  constructor(
    typed: TypedScript,
    source: SourceText,
    facts: KernelFacts,
    options: CompileOptions,
    diagnostics: Diagnostics,
  ) {
    this.typed = typed;
    this.source = source;
    this.facts = facts;
    this.options = options;
    this.diagnostics = diagnostics;
  }

  /** Registers an action and gives its id. */
  addAction(action: Action): number {
    return this.actions.push(action) - 1;
  }

  /** Byte offset of what is asked of who did it, in the value of `waggle_identities`. */
  identityOffset(field: IdentityField): number {
    this.usedMaps.add('identities');
    const name = identityName(field);
    const known = this.#identityFields.findIndex((one) => identityName(one) === name);
    return 4 * (known < 0 ? this.#identityFields.push(field) - 1 : known);
  }

  /** The number of a literal text; of the empty one, that of none. */
  numberOfText(text: string): number {
    this.usedMaps.add('identities');
    if (text === '') return 0;
    const known = this.#literals.indexOf(text);
    return known < 0 ? this.#literals.push(text) : known + 1;
  }

  /** What the programs that were lowered ask; undefined where that is nothing. */
  get identity(): IdentityLayout | undefined {
    const fields = this.#identityFields;
    if (!this.usedMaps.has('identities')) return undefined;
    return { fields, valueBytes: 4 * Math.max(1, fields.length), literals: this.#literals };
  }

  /** How a map of the script is stored. */
  map(symbol: MapSymbol): ScriptMap {
    let map = this.#maps.get(symbol);
    if (!map) {
      map = scriptMapOf(symbol);
      this.#maps.set(symbol, map);
    }
    return map;
  }

  /** Whether a probe of the script deletes keys of the map. */
  deletes(symbol: MapSymbol): boolean {
    this.#deleted ??= deletedMaps(this.typed);
    return this.#deleted.has(symbol);
  }

  kernelHas(major: number, minor: number): boolean {
    const [actualMajor, actualMinor] = this.facts.kernelVersion;
    return actualMajor > major || (actualMajor === major && actualMinor >= minor);
  }

  /** The line that a span starts on, for the verifier's log. */
  lineOf(span: Span): SourceLine {
    let line = this.#lines.get(span.start);
    if (!line) {
      const position = this.source.position(span.start);
      line = { ...position, text: this.source.line(position.line) };
      this.#lines.set(span.start, line);
    }
    return line;
  }
}

/** `pod`, `label app`: different for different fields. */
export function identityName(field: IdentityField): string {
  return field.kind === 'label' ? `label ${field.key}` : field.kind;
}

/** The name of the stack map whose stacks have up to `limit` frames. */
export function stackMapName(limit: number): string {
  return `stacks_${limit}`;
}

function deletedMaps(typed: TypedScript): ReadonlySet<MapSymbol> {
  const deleted = new Set<MapSymbol>();
  for (const probe of typed.probes) {
    for (const node of walk(probe.body, probe.predicate ? [probe.predicate] : [])) {
      if (node.kind === 'delete') deleted.add(node.map);
    }
  }
  return deleted;
}
