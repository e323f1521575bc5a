import type { RecordType, StructMemberType, StructType, Type } from '../types/type.ts';

/** A member of a struct, its offset counted from the outermost struct. */
export interface NamedField {
  readonly name: string;
  readonly type: Type;
  readonly offsetBits: number;
  readonly bitfieldSizeBits: number;
}

/** The members of a struct in order; those of anonymous structs and unions take the place of the whole, as in C. */
export function flattenMembers(members: readonly StructMemberType[], baseBits = 0): NamedField[] {
  return members.flatMap((member) => {
    const { name, type, bitfieldSizeBits } = member;
    const offsetBits = baseBits + member.offsetBits;
    if (name === '' && type.kind === 'struct' && type.members) return flattenMembers(type.members, offsetBits);
    return [{ name, type, offsetBits, bitfieldSizeBits }];
  });
}

/** Names and types of a record, or of a struct whose members are known. */
export function namedFieldsOf(
  type: RecordType | StructType,
): readonly { readonly name: string; readonly type: Type }[] | undefined {
  if (type.kind === 'record') return type.fields;
  return type.members && flattenMembers(type.members);
}
