import type { BtfMember, BtfTypeId, BtfTypes } from '@waggle/bpf/btf';

/** What the verifier takes a loaded value for: a number, or a pointer to that struct. */
export type LoadedValue = { readonly kind: 'scalar' } | { readonly kind: 'pointer'; readonly structId: BtfTypeId };

const SCALAR: LoadedValue = { kind: 'scalar' };

/**
 * How the verifier sees a load of `size` bytes at `offset` of a struct, through a pointer that it knows the type of; undefined where it
 * would refuse, or where its answer depends on the order of a union's members. (btf_struct_walk, kernel/bpf/btf.c)
 */
export function loadedValue(btf: BtfTypes, structId: BtfTypeId, offset: number, size: number): LoadedValue | undefined {
  const struct = btf.resolve(structId);
  if (struct.kind !== 'struct') return undefined;
  for (const member of struct.members) {
    const start = Math.floor(member.offsetBits / 8);
    const end = endOf(btf, member);
    if (end === undefined || offset >= end) continue;
    if (offset + size <= start) return undefined;
    if (member.bitfieldSizeBits > 0) return offset <= start && end <= offset + size ? SCALAR : undefined;
    return ofMember(btf, member.typeId, offset - start, size);
  }
  return undefined;
}

function ofMember(btf: BtfTypes, typeId: BtfTypeId, offset: number, size: number): LoadedValue | undefined {
  const type = btf.resolve(typeId);
  switch (type.kind) {
    case 'struct':
      return loadedValue(btf, type.id, offset, size);
    case 'array': {
      const elementBytes = btf.sizeOf(type.elementId);
      const within = elementBytes > 0 ? offset % elementBytes : 0;
      return ofMember(btf, type.elementId, within, size);
    }
    case 'pointer': {
      if (offset !== 0 || size !== 8) return undefined;
      const target = btf.resolve(type.typeId);
      return target.kind === 'struct' ? { kind: 'pointer', structId: target.id } : SCALAR;
    }
    case 'int':
    case 'enum':
      return offset + size <= type.sizeBytes ? SCALAR : undefined;
    default:
      return undefined;
  }
}

function endOf(btf: BtfTypes, member: BtfMember): number | undefined {
  if (member.bitfieldSizeBits > 0) return Math.ceil((member.offsetBits + member.bitfieldSizeBits) / 8);
  const type = btf.resolve(member.typeId);
  if (type.kind === 'forward' || type.kind === 'void' || type.kind === 'function') return undefined;
  return member.offsetBits / 8 + btf.sizeOf(member.typeId);
}
