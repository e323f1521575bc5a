import type { BtfMember, BtfTypes, MemberPlace } from '@waggle/bpf/btf';
import type { KernelBtf } from './kernel-facts.ts';

/** Anonymous members within anonymous members, at most. */
const MAX_DEPTH = 32;

/**
 * What the compiler asks of BTF, answered from its types alone. An enumerator is looked for in every enum, once: readers that
 * have an index of their own (`Btf`) do better with `overrides`.
 */
export function kernelBtf(types: BtfTypes, overrides: Partial<Pick<KernelBtf, 'enumerator'>> = {}): KernelBtf {
  let constants: Map<string, { readonly enumId: number; readonly value: bigint }> | undefined;
  return {
    get typeCount() {
      return types.typeCount;
    },
    type: (id) => types.type(id),
    find: (name, ...kinds) => types.find(name, ...kinds),
    allOf: (kind) => types.allOf(kind),
    resolve: (id) => types.resolve(id),
    sizeOf: (id) => types.sizeOf(id),
    findMember: (structId, path) => findMember(types, structId, path),
    memberNames: (structId) => [...namesOf(types, structId, 0)],
    enumerator:
      overrides.enumerator ??
      ((name) => {
        constants ??= constantsOf(types);
        return constants.get(name);
      }),
  };
}

function findMember(types: BtfTypes, structId: number, path: string): MemberPlace | undefined {
  let place: MemberPlace = { offsetBits: 0, bitfieldSizeBits: 0, typeId: structId };
  for (const name of path.split('.')) {
    const found = findDirect(types, place.typeId, name, 0);
    if (!found) return undefined;
    place = { ...found, offsetBits: place.offsetBits + found.offsetBits };
  }
  return place;
}

function findDirect(types: BtfTypes, structId: number, name: string, depth: number): MemberPlace | undefined {
  const members = membersOf(types, structId);
  const direct = members.find((member) => member.name === name);
  if (direct) return direct;
  if (depth === MAX_DEPTH) return undefined;
  for (const member of members) {
    if (member.name !== '') continue;
    const inner = findDirect(types, member.typeId, name, depth + 1);
    if (inner) return { ...inner, offsetBits: member.offsetBits + inner.offsetBits };
  }
  return undefined;
}

function* namesOf(types: BtfTypes, structId: number, depth: number): Iterable<string> {
  for (const member of membersOf(types, structId)) {
    if (member.name !== '') yield member.name;
    else if (depth < MAX_DEPTH) yield* namesOf(types, member.typeId, depth + 1);
  }
}

function membersOf(types: BtfTypes, id: number): readonly BtfMember[] {
  const type = types.resolve(id);
  return type.kind === 'struct' || type.kind === 'union' ? type.members : [];
}

function constantsOf(types: BtfTypes) {
  const constants = new Map<string, { readonly enumId: number; readonly value: bigint }>();
  for (const type of types.allOf('enum')) {
    if (type.kind !== 'enum') continue;
    for (const { name, value } of type.values) {
      if (!constants.has(name)) constants.set(name, { enumId: type.id, value });
    }
  }
  return constants;
}
