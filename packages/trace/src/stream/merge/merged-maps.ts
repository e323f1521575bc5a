import { isAggregate } from '@waggle/bpftrace';
import { type MapEntry, type MapValue, mergeMapValues, type RenderContext } from '@waggle/bpftrace/output';
import type { FactsInit } from '../facts/fact-collector.ts';
import type { MapContent } from '../frames_pb.ts';
import { type ContentInit, type EntryInit, entryInit, MapReader, mapPieces } from '../map-message.ts';
import type { StreamMap, StreamScript } from '../script/script-json.ts';
import { typeJson } from '../script/type-json.ts';
import { type Slot, slotsOf } from '../value-slots.ts';
import { MergedFacts } from './merged-facts.ts';
import { type PortableValue, portableValue } from './portable-value.ts';

/** What one node's maps held at a moment, in a form that merges with other nodes'. By map, then by the id of the key. */
export type NodeMaps = ReadonlyMap<string, ReadonlyMap<string, PortableEntry>>;

export interface PortableEntry {
  readonly key: PortableValue;
  readonly value: MapValue;
  /** Of what is no aggregate. */
  readonly plain: PortableValue | undefined;
  /** When it was read: of two plain values the later one stands. */
  readonly timeNs: bigint;
}

interface MapPlan {
  readonly map: StreamMap;
  readonly keySlots: readonly Slot[];
  readonly valueSlots: readonly Slot[];
  /** Maps of equal types lie equally. */
  readonly shape: string;
}

/** The maps of all nodes as one, in the types of the first node's script. */
export class MergedMaps {
  readonly #plans: ReadonlyMap<string, MapPlan>;
  readonly #facts = new MergedFacts();

  constructor(script: StreamScript) {
    this.#plans = new Map(script.maps.map((map) => [map.name, planOf(map)]));
  }

  /** Maps of a node that are of other types than the first node's: they cannot be merged. */
  misfits(script: StreamScript): string[] {
    return script.maps.filter((map) => this.#plans.get(map.name)?.shape !== shapeOf(map)).map(({ name }) => name);
  }

  /**
   * What a node's maps hold, with what its facts tell now.
   *
   * @throws FrameProblem
   */
  read(
    script: StreamScript,
    contents: readonly MapContent[],
    { facts, timeNs }: { readonly facts: RenderContext; readonly timeNs: bigint },
  ): NodeMaps {
    const maps = new Map<string, ReadonlyMap<string, PortableEntry>>();
    for (const map of script.maps) {
      const own = contents.filter(({ name }) => name === map.name);
      const plan = this.#plans.get(map.name);
      if (own.length === 0 || plan?.shape !== shapeOf(map)) continue;
      const entries = new MapReader(map)
        .snapshot(own)
        .entries.map((entry) => portableEntry(entry, plan, facts, timeNs));
      maps.set(map.name, byKey(plan, [entries]));
    }
    return maps;
  }

  /** Several moments' maps as one: of nodes, or of runs of one node. */
  merge(parts: readonly NodeMaps[]): NodeMaps {
    const merged = new Map<string, ReadonlyMap<string, PortableEntry>>();
    for (const [name, plan] of this.#plans) {
      const own = parts.flatMap((part) => part.get(name) ?? []);
      if (own.length > 0)
        merged.set(
          name,
          byKey(
            plan,
            own.map((entries) => entries.values()),
          ),
        );
    }
    return merged;
  }

  /** Frames' contents: what must be said before, if anything, and the maps in pieces. */
  write(maps: NodeMaps): { readonly facts: FactsInit | undefined; readonly pieces: ContentInit[][] } {
    this.#facts.trim();
    const contents = [...maps].map(([name, entries]) => {
      const plan = this.#plans.get(name)!;
      return { name, entries: [...entries.values()].map((entry) => this.#entryInit(entry, plan)) };
    });
    return { facts: this.#facts.take(), pieces: mapPieces(contents) };
  }

  #entryInit({ key, value, plain }: PortableEntry, { keySlots, valueSlots }: MapPlan): EntryInit {
    const keyBytes = this.#facts.place(key, keySlots);
    if (plain === undefined) return entryInit({ keyBytes, value });
    return entryInit({ keyBytes, value, valueBytes: this.#facts.place(plain, valueSlots) });
  }
}

function portableEntry(entry: MapEntry, plan: MapPlan, facts: RenderContext, timeNs: bigint): PortableEntry {
  const { keyBytes, value, valueBytes } = entry;
  return {
    key: portableValue(keyBytes, plan.keySlots, facts),
    value,
    plain: valueBytes === undefined ? undefined : portableValue(valueBytes, plan.valueSlots, facts),
    timeNs,
  };
}

function byKey({ map }: MapPlan, parts: readonly Iterable<PortableEntry>[]): Map<string, PortableEntry> {
  const entries = new Map<string, PortableEntry>();
  for (const part of parts) {
    for (const entry of part) {
      const known = entries.get(entry.key.id);
      entries.set(entry.key.id, known === undefined ? entry : mergeEntries(map, known, entry));
    }
  }
  return entries;
}

function mergeEntries({ value: type }: StreamMap, a: PortableEntry, b: PortableEntry): PortableEntry {
  if (!isAggregate(type)) return a.timeNs > b.timeNs ? a : { ...b, key: a.key };
  return { ...a, value: mergeMapValues(type, a.value, b.value) };
}

function planOf(map: StreamMap): MapPlan {
  return {
    map,
    keySlots: map.key === undefined ? [] : slotsOf(map.key),
    valueSlots: slotsOf(map.value),
    shape: shapeOf(map),
  };
}

function shapeOf({ key, value }: StreamMap): string {
  return JSON.stringify([key === undefined ? null : typeJson(key), typeJson(value)]);
}
