import type { BtfTypes } from '@waggle/bpf/btf';
import type { TypedExpression } from '../../typed/tree.ts';
import type { StructMemberType, StructType, Type } from '../../types/type.ts';
import { NONE } from '../../types/type.ts';
import type { TypingContext } from './context.ts';
import { definitionOf } from './members.ts';
import { typeOfBtf } from './type-of-btf.ts';

/**
 * A value that is to be shown or stored: where it is a struct, or an array of them, its type says what the members are, and what theirs
 * are. Everywhere else members are looked up one by one, since most of a kernel struct is never asked for.
 */
export function withMembers(ctx: TypingContext, value: TypedExpression): TypedExpression {
  const type = typeWithMembers(ctx, value.type);
  return type === value.type ? value : ({ ...value, type } as TypedExpression);
}

/** The type itself where nothing is to be added, so that anonymous structs of the script stay the same. Pointers are not followed. */
function typeWithMembers(ctx: TypingContext, type: Type): Type {
  if (type.kind === 'struct') return structWithMembers(ctx, type);
  if (type.kind !== 'array') return type;
  const element = typeWithMembers(ctx, type.element);
  return element === type.element ? type : { ...type, element };
}

function structWithMembers(ctx: TypingContext, struct: StructType): StructType {
  const full = definitionOf(ctx, struct);
  const { btf } = ctx.facts;
  const members = full.members ?? (btf && full.btfId !== undefined ? membersInBtf(btf, full.btfId) : undefined);
  if (!members) return struct;
  const complete = members.map((member): StructMemberType => {
    const type = typeWithMembers(ctx, member.type);
    return type === member.type ? member : { ...member, type };
  });
  const known = struct.members === members && complete.every((member, i) => member === members[i]);
  return known ? struct : { ...full, members: complete };
}

/** Undefined where the kernel only declares the struct. What has no values, as an array of functions, is left out. */
function membersInBtf(btf: BtfTypes, id: number): StructMemberType[] | undefined {
  const struct = btf.resolve(id);
  if (struct.kind !== 'struct' && struct.kind !== 'union') return undefined;
  return struct.members
    .map(({ name, typeId, offsetBits, bitfieldSizeBits }): StructMemberType => {
      return { name, type: typeOfBtf(btf, typeId, 'kernel'), offsetBits, bitfieldSizeBits };
    })
    .filter(({ type }) => innermost(type) !== NONE);
}

function innermost(type: Type): Type {
  return type.kind === 'array' ? innermost(type.element) : type;
}
