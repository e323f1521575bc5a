import { hostname } from 'node:os';
import type { BpfMap } from '@waggle/bpf';
import { type IdentityField, type IdentityLayout, INTERNAL_MAPS } from '@waggle/bpftrace';
import { type Identities, type Identity, workloadName } from '@waggle/identity';
import type { InternedTexts } from './interned-texts.ts';

/** What an identity map is made of. */
export interface IdentityMapParts {
  readonly maps: ReadonlyMap<string, BpfMap>;
  readonly layout: IdentityLayout;
  readonly identities: Identities;
  readonly texts: InternedTexts;
  /** Whose names the programs may know. Absent: everybody's. */
  readonly scope?: ((identity: Identity) => boolean) | undefined;
  /** The kernel does not take an entry: the map is full. */
  readonly onFailure: (error: unknown) => void;
}

const FIELD_BYTES = 4;

/**
 * Keeps the map in which a script's programs look up what a cgroup is (`waggle_identities`) in step with what is known: an entry for each pod's
 * and each container's cgroup, of the fields that the script asks for; filled when this is made, followed until it is closed.
 * The root of the tree has an entry, too, where the script asks for the node: everything runs there.
 */
export class IdentityMap {
  readonly #map: BpfMap;
  readonly #parts: IdentityMapParts;
  readonly #following: { close(): void };

  constructor(parts: IdentityMapParts) {
    this.#parts = parts;
    this.#map = parts.maps.get(INTERNAL_MAPS.identities)!;
    const { identities } = parts;
    this.#putAll([...this.#root(), ...identities.known()]);
    this.#following = identities.subscribe({
      added: (identity) => this.#put(identity),
      changed: (identity) => this.#put(identity),
      removed: ({ cgroupId }) => void this.#map.delete(keyOf(cgroupId)),
    });
  }

  close(): void {
    this.#following.close();
  }

  #putAll(known: readonly Identity[]): void {
    const entries = known.flatMap((identity) => {
      const value = this.#valueOf(identity);
      return value === undefined ? [] : [{ key: keyOf(identity.cgroupId), value }];
    });
    this.#map.updateAll({
      count: entries.length,
      keys: Buffer.concat(entries.map(({ key }) => key)),
      values: Buffer.concat(entries.map(({ value }) => value)),
      keyStride: this.#map.spec.keySize,
      valueStride: this.#map.valueStride,
    });
  }

  #put(identity: Identity): void {
    try {
      const value = this.#valueOf(identity);
      if (value === undefined) this.#map.delete(keyOf(identity.cgroupId));
      else this.#map.update(keyOf(identity.cgroupId), value);
    } catch (error) {
      this.#parts.onFailure(error);
    }
  }

  /** Undefined where there is nothing to tell: programs then ask the cgroups above. */
  #valueOf(identity: Identity): Buffer | undefined {
    const { layout, texts, scope = () => true } = this.#parts;
    const isTold = identity.path === '/' || scope(identity);
    const numbers = layout.fields.map((field) => (isTold ? texts.idOf(fieldText(field, identity)) : 0));
    if (numbers.every((number) => number === 0)) return undefined;
    const value = Buffer.alloc(layout.valueBytes);
    for (const [index, number] of numbers.entries()) value.writeUInt32LE(number, FIELD_BYTES * index);
    return value;
  }

  *#root(): Iterable<Identity> {
    const { tree, node } = this.#parts.identities;
    const cgroupId = tree.mount.root === '/' ? tree.findId('/') : undefined;
    if (cgroupId !== undefined) yield { cgroupId, path: '/', ...(node === undefined ? {} : { node }), name: '/' };
  }
}

/** What a field of the map says of a cgroup. */
export function fieldText(field: IdentityField, { node, container, pod }: Identity): string | undefined {
  switch (field.kind) {
    case 'node':
      return node ?? hostname();
    case 'namespace':
      return pod?.namespace;
    case 'pod':
      return pod?.name;
    case 'container':
      return container?.name;
    case 'workload':
      return pod === undefined ? undefined : workloadName(pod);
    case 'label':
      return pod !== undefined && Object.hasOwn(pod.labels, field.key) ? pod.labels[field.key] : undefined;
  }
}

function keyOf(cgroupId: bigint): Buffer {
  const key = Buffer.alloc(8);
  key.writeBigUInt64LE(cgroupId);
  return key;
}
