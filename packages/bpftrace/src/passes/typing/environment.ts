import type { Span } from '../../source/span.ts';
import type { MapSymbol } from '../../typed/tree.ts';
import type { AggregateType, IntType, Type } from '../../types/type.ts';
import { ERROR, isAggregate } from '../../types/type.ts';
import { commonInt, growingType, sameType } from './common-type.ts';
import { isLiteralType } from './literal-types.ts';

/** What is known of a map so far. */
export interface MapSlot {
  readonly name: string;
  readonly index: number;
  /** First mention. */
  readonly span: Span;
  /** Where it was first used with or without a key; undefined before that. */
  keyed?: { readonly is: boolean; readonly span: Span };
  key?: Type;
  value?: Type;
  /** Type of what goes into an aggregate: its sign is the aggregate's. */
  argument?: IntType;
  /** Where its value was first set. */
  valueSpan?: Span;
  /** A value or a key went wrong, which has been told: that nothing is known of the map needs no telling. */
  failed?: boolean;
  declared?: { readonly type: NonNullable<MapSymbol['declared']>; readonly maxEntries: number };
  symbol?: MapSymbol;
}

/** What is known of one declaration of a variable so far. */
export interface VariableSlot {
  type?: Type;
  /** Where its type was first set. */
  span?: Span;
  /** Set elsewhere than where it is declared. */
  mutable: boolean;
  /** What was assigned is wrong, which has been told. */
  failed?: boolean;
}

/**
 * What is known of maps and variables. Rounds of typing the whole script feed it until nothing grows any more; types only
 * ever grow, so it ends. `variables` are named by probe and by the order of their declarations, which is the same in
 * every round.
 */
export class TypeEnvironment {
  /** Whether the round that runs has added something. */
  changed = false;
  readonly #maps = new Map<string, MapSlot>();
  readonly #variables = new Map<string, VariableSlot>();
  readonly #defaultMaxEntries: number;

  constructor(defaultMaxEntries: number) {
    this.#defaultMaxEntries = defaultMaxEntries;
  }

  startRound(): void {
    this.changed = false;
    for (const slot of this.#maps.values()) slot.failed = false;
  }

  map(name: string, span: Span): MapSlot {
    let slot = this.#maps.get(name);
    if (!slot) {
      slot = { name, index: this.#maps.size, span };
      this.#maps.set(name, slot);
    }
    return slot;
  }

  findMap(name: string): MapSlot | undefined {
    return this.#maps.get(name);
  }

  get mapNames(): string[] {
    return [...this.#maps.keys()];
  }

  variable(id: string): VariableSlot {
    let slot = this.#variables.get(id);
    if (!slot) {
      slot = { mutable: false };
      this.#variables.set(id, slot);
    }
    return slot;
  }

  growKey(slot: MapSlot, type: Type): void {
    slot.key = this.#grown(slot.key, type);
  }

  growValue(slot: MapSlot, type: Type, span: Span): void {
    if (type.kind !== 'error') slot.valueSpan ??= span;
    slot.value = this.#grown(slot.value, type);
  }

  growVariable(slot: VariableSlot, type: Type, span: Span): void {
    if (type.kind !== 'error') slot.span ??= span;
    slot.type = this.#grown(slot.type, type);
  }

  /** An aggregate that sees signed values once is signed, unless they are literals. */
  growAggregate(slot: MapSlot, type: AggregateType, argument: IntType | undefined, span: Span): void {
    if (argument) slot.argument = slot.argument ? commonInt(slot.argument, argument) : argument;
    const signed = slot.argument?.signed ?? true;
    const grown: AggregateType = 'signed' in type ? { kind: type.kind, signed } : type;
    if (slot.value && isAggregate(slot.value) && slot.value.kind === grown.kind && 'signed' in grown) {
      if (!sameType(slot.value, grown)) this.changed = true;
      slot.value = grown;
    } else if (!slot.value) this.growValue(slot, grown, span);
  }

  /** The symbols of all maps that have a type, dense, in order of first mention. Call once, when nothing changes any more. */
  finish(): readonly MapSymbol[] {
    const typed = [...this.#maps.values()].filter((slot) => slot.value && slot.value.kind !== 'error');
    return typed.map((slot, index) => {
      const { name, span, key, declared } = slot;
      const maxEntries = key ? (declared?.maxEntries ?? this.#defaultMaxEntries) : 1;
      slot.symbol = {
        name,
        index,
        value: slot.value!,
        maxEntries,
        span,
        ...(key && { key }),
        ...(declared && { declared: declared.type }),
      };
      return slot.symbol;
    });
  }

  #grown(current: Type | undefined, type: Type): Type | undefined {
    if (type.kind === 'error' || type.kind === 'none') return current;
    if (!current) {
      this.changed = true;
      return type;
    }
    if (isAggregate(current) || isAggregate(type)) return current;
    const common = growingType(current, type);
    if (!common || (sameType(common, current) && isLiteralType(common) === isLiteralType(current))) return current;
    this.changed = true;
    return common;
  }
}

/** A map's symbol; before the types are settled, a stand-in that no finished tree ever holds. */
export function mapSymbol(slot: MapSlot): MapSymbol {
  if (slot.symbol) return slot.symbol;
  return { name: slot.name, index: slot.index, value: slot.value ?? ERROR, maxEntries: 1, span: slot.span };
}
