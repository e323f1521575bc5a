import type { BpfMap, UpdateMode } from './bpf-map.ts';
import { isPerCpu } from './check-map-spec.ts';
import { type Codec, encode } from './codec.ts';
import { MapError } from './map-error.ts';
import { possibleCpus } from './possible-cpus.ts';

/** A map whose keys and values have types. It does not own the map: closing stays with whoever created it. */
export class TypedMap<K, V> {
  readonly map: BpfMap;
  readonly #key: Codec<K>;
  readonly #value: Codec<V>;

  /** @throws MapError where the codecs' sizes are not the map's, and for per-CPU maps. */
  constructor(map: BpfMap, key: Codec<K>, value: Codec<V>) {
    checkSizes(map, key, value);
    if (isPerCpu(map.spec.type)) {
      throw new MapError('INVALID_SPEC', map.name, `map "${map.name}" has a value for each CPU: use PerCpuMap`);
    }
    this.map = map;
    this.#key = key;
    this.#value = value;
  }

  get(key: K): V | undefined {
    const value = this.map.lookup(encode(this.#key, key));
    return value === undefined ? undefined : this.#value.read(value, 0);
  }

  set(key: K, value: V, mode?: UpdateMode): void {
    this.map.update(encode(this.#key, key), encode(this.#value, value), mode);
  }

  /** @returns whether it was there. */
  delete(key: K): boolean {
    return this.map.delete(encode(this.#key, key));
  }

  *entries(): Iterable<[K, V]> {
    for (const [key, value] of this.map.entries()) yield [this.#key.read(key, 0), this.#value.read(value, 0)];
  }

  [Symbol.iterator](): Iterator<[K, V]> {
    return this.entries()[Symbol.iterator]();
  }
}

/** A per-CPU map: each entry has a value of every possible CPU, in order of CPU number. */
export class PerCpuMap<K, V> {
  readonly map: BpfMap;
  readonly #key: Codec<K>;
  readonly #value: Codec<V>;

  /** @throws MapError where the codecs' sizes are not the map's, and for maps that are not per CPU. */
  constructor(map: BpfMap, key: Codec<K>, value: Codec<V>) {
    checkSizes(map, key, value);
    if (!isPerCpu(map.spec.type)) {
      throw new MapError('INVALID_SPEC', map.name, `map "${map.name}" has one value an entry: use TypedMap`);
    }
    this.map = map;
    this.#key = key;
    this.#value = value;
  }

  get(key: K): V[] | undefined {
    const values = this.map.lookup(encode(this.#key, key));
    return values === undefined ? undefined : this.#split(values);
  }

  /** Sets the value of every CPU. */
  set(key: K, values: readonly V[]): void {
    const cpus = possibleCpus();
    if (values.length !== cpus) {
      throw new MapError(
        'INVALID_VALUE',
        this.map.name,
        `${values.length} values, expected one for each of ${cpus} CPUs`,
      );
    }
    const all = Buffer.alloc(this.map.valueStride);
    for (const [cpu, value] of values.entries()) this.#value.write(all, cpu * this.#stride(), value);
    this.map.update(encode(this.#key, key), all);
  }

  delete(key: K): boolean {
    return this.map.delete(encode(this.#key, key));
  }

  *entries(): Iterable<[K, V[]]> {
    for (const [key, values] of this.map.entries()) yield [this.#key.read(key, 0), this.#split(values)];
  }

  [Symbol.iterator](): Iterator<[K, V[]]> {
    return this.entries()[Symbol.iterator]();
  }

  #split(values: Buffer): V[] {
    return Array.from({ length: possibleCpus() }, (_, cpu) => this.#value.read(values, cpu * this.#stride()));
  }

  #stride(): number {
    return this.map.valueStride / possibleCpus();
  }
}

function checkSizes(map: BpfMap, key: Codec<unknown>, value: Codec<unknown>): void {
  const { name, spec } = map;
  if (key.sizeBytes !== spec.keySize || value.sizeBytes !== spec.valueSize) {
    const sizes = `${key.sizeBytes} + ${value.sizeBytes} bytes`;
    const wanted = `expected ${spec.keySize} + ${spec.valueSize}`;
    throw new MapError('INVALID_SPEC', name, `cannot view map "${name}": entries of ${sizes}, ${wanted}`);
  }
}
