import { BtfError } from './btf-error.ts';
import type { BtfMember, BtfType, BtfTypeId, BtfTypes, MemberPlace } from './types.ts';

type Composite = Extract<BtfType, { readonly members: unknown }>;

/**
 * Where a member lies: `mm` or a path such as `se.vruntime`, each step through anonymous structs and unions as C has
 * it. Pointers are not followed. Undefined where there is no such member, or `structId` is no struct or union.
 * @throws BtfError where the types are damaged.
 */
export function findMember(btf: BtfTypes, structId: BtfTypeId, path: string): MemberPlace | undefined {
  let place: MemberPlace = { offsetBits: 0, bitfieldSizeBits: 0, typeId: structId };
  for (const name of path.split('.')) {
    const owner = compositeOf(btf, place.typeId);
    const found = owner && name !== '' ? searchMember(btf, owner, name, new Set()) : undefined;
    if (found === undefined) return undefined;
    place = { ...found, offsetBits: place.offsetBits + found.offsetBits };
  }
  return place;
}

/** The names that `findMember` takes as a first step, in order: those of anonymous members in their place. */
export function memberNames(btf: BtfTypes, structId: BtfTypeId): string[] {
  const names = new Set<string>();
  const seen = new Set<BtfTypeId>();
  const visit = (id: BtfTypeId): void => {
    const owner = compositeOf(btf, id);
    if (owner === undefined || seen.has(owner.id)) return;
    markSeen(seen, owner);
    for (const member of owner.members) {
      if (member.name === '') visit(member.typeId);
      else names.add(member.name);
    }
  };
  visit(structId);
  return [...names];
}

/**
 * Depth-first through anonymous members. `seen` holds those that were searched: searching one again finds nothing new,
 * and would never end where damaged types hold themselves.
 */
function searchMember(btf: BtfTypes, owner: Composite, name: string, seen: Set<BtfTypeId>): MemberPlace | undefined {
  markSeen(seen, owner);
  for (const member of owner.members) {
    if (member.name === name) return placeOf(btf, member);
    if (member.name !== '') continue;
    const inner = compositeOf(btf, member.typeId);
    if (inner === undefined || seen.has(inner.id)) continue;
    const found = searchMember(btf, inner, name, seen);
    if (found) return { ...found, offsetBits: found.offsetBits + member.offsetBits };
  }
  return undefined;
}

/** Anonymous structs and unions in one struct; the kernel's largest has some thirty. */
const MAX_ANONYMOUS = 1000;

function markSeen(seen: Set<BtfTypeId>, owner: Composite): void {
  if (seen.size === MAX_ANONYMOUS) {
    throw new BtfError('too-deep', `BTF type ${owner.id}: in more than ${MAX_ANONYMOUS} anonymous structs`);
  }
  seen.add(owner.id);
}

/** Older compilers tell a bit-field by an `int` type of its own that has fewer bits than bytes. */
function placeOf(btf: BtfTypes, member: BtfMember): MemberPlace {
  const { typeId, offsetBits, bitfieldSizeBits } = member;
  const type = typeId === 0 ? undefined : btf.resolve(typeId);
  if (bitfieldSizeBits !== 0 || type?.kind !== 'int' || type.bits === type.sizeBytes * 8) {
    return { typeId, offsetBits, bitfieldSizeBits };
  }
  return { typeId, offsetBits: offsetBits + type.offsetBits, bitfieldSizeBits: type.bits };
}

function compositeOf(btf: BtfTypes, id: BtfTypeId): Composite | undefined {
  const type = btf.resolve(id);
  return type.kind === 'struct' || type.kind === 'union' ? type : undefined;
}
