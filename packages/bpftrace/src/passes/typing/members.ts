import { findMember, memberNames } from '@waggle/bpf/btf';
import type { Span } from '../../source/span.ts';
import { printType } from '../../typed/print-type.ts';
import type { Extract, TypedExpression } from '../../typed/tree.ts';
import { offsetsOf } from '../../types/layout.ts';
import type { AddressSpace, RecordType, StructType, TupleType, Type } from '../../types/type.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { TypingContext } from './context.ts';
import { fail, isError } from './context.ts';
import { bitfieldPlace, loadAt } from './load-at.ts';
import { typeOfBtf } from './type-of-btf.ts';

export interface FoundMember {
  readonly type: Type;
  readonly offsetBits: number;
  readonly bitfieldSizeBits: number;
}

interface MemberName {
  readonly text: string;
  readonly span: Span;
}

/** `object.name`, and through a pointer `object->name`; both spellings mean the same. */
export function accessMember(
  ctx: TypingContext,
  object: TypedExpression,
  name: MemberName,
  span: Span,
): TypedExpression {
  if (isError(object)) return object;
  const { type } = object;
  if (type.kind === 'record') return accessField(ctx, object, type, name, span);
  if (type.kind === 'pointer' && type.to.kind === 'struct') {
    const place = { address: object, offset: 0, space: type.space, btf: type.to.btfId !== undefined };
    return throughMemory(ctx, place, type.to, name, span);
  }
  if (type.kind === 'struct') {
    if (object.kind === 'load') return throughMemory(ctx, { ...object, btf: object.btf === true }, type, name, span);
    return fromValue(ctx, object, type, name, span);
  }
  const message = `type ${printType(type)} has no field ${name.text}`;
  return fail(ctx, 'not-a-struct', name.span, message, {
    hint:
      type.kind === 'int' || type.kind === 'pointer'
        ? 'cast it first, as in ((struct task_struct *)x).pid'
        : 'fields belong to structs and records',
  });
}

function throughMemory(
  ctx: TypingContext,
  place: {
    readonly address: TypedExpression;
    readonly offset: number;
    readonly space: AddressSpace;
    readonly btf: boolean;
  },
  struct: StructType,
  name: MemberName,
  span: Span,
): TypedExpression {
  const member = memberNamed(ctx, struct, name, place.space);
  if (!member) return unknownMember(ctx, struct, name);
  const btf = struct.btfId !== undefined;
  if (member.bitfieldSizeBits === 0) {
    return loadAt({ ...place, offset: place.offset + member.offsetBits / 8, btf }, member.type, span);
  }
  const { offset, bitfield } = bitfieldPlace(
    { offsetBits: member.offsetBits, sizeBits: member.bitfieldSizeBits },
    unitOf(member.type),
  );
  return {
    kind: 'load',
    address: place.address,
    space: place.space,
    offset: place.offset + offset,
    bitfield,
    ...(btf && { btf }),
    type: member.type,
    span,
  };
}

/** A member of a struct that has been read already: from a map, a variable, a tuple. */
function fromValue(
  ctx: TypingContext,
  object: TypedExpression,
  struct: StructType,
  name: MemberName,
  span: Span,
): TypedExpression {
  const member = memberNamed(ctx, struct, name, 'kernel');
  if (!member) return unknownMember(ctx, struct, name);
  if (member.bitfieldSizeBits === 0) return extract(object, member.offsetBits / 8, member.type, span);
  const { offset, bitfield } = bitfieldPlace(
    { offsetBits: member.offsetBits, sizeBits: member.bitfieldSizeBits },
    unitOf(member.type),
  );
  return { ...extract(object, offset, member.type, span), bitfield };
}

function accessField(
  ctx: TypingContext,
  object: TypedExpression,
  type: RecordType,
  name: MemberName,
  span: Span,
): TypedExpression {
  const index = type.fields.findIndex((field) => field.name === name.text);
  const names = type.fields.map((field) => field.name);
  if (index < 0) {
    const hint = didYouMean(name.text, names) ?? { hint: `its fields are ${names.join(', ')}` };
    return fail(ctx, 'unknown-field', name.span, `the record has no field ${name.text}`, hint);
  }
  const offsets = offsetsOf(type.fields.map((field) => field.type));
  return extract(object, offsets[index]!, type.fields[index]!.type, span);
}

/** `t.0` */
export function accessElement(ctx: TypingContext, object: TypedExpression, index: number, span: Span): TypedExpression {
  if (isError(object)) return object;
  const { type } = object;
  if (type.kind !== 'tuple') {
    return fail(ctx, 'not-a-tuple', span, `type ${printType(type)} has no element ${index}`, {
      hint: 'only tuples have numbered elements',
    });
  }
  return elementOf(ctx, object, type, index, span);
}

export function elementOf(
  ctx: TypingContext,
  object: TypedExpression,
  type: TupleType,
  index: number,
  span: Span,
): TypedExpression {
  const element = type.elements[index];
  if (!element) {
    const count = type.elements.length;
    const hint = { hint: count === 0 ? 'the tuple is empty' : `elements are .0 to .${count - 1}` };
    return fail(
      ctx,
      'out-of-bounds',
      span,
      `the tuple has ${count} element${count === 1 ? '' : 's'}, and no element ${index}`,
      hint,
    );
  }
  return extract(object, offsetsOf(type.elements)[index]!, element, span);
}

/** A part of a value; parts of parts are parts of the whole. */
export function extract(object: TypedExpression, offset: number, type: Type, span: Span): Extract {
  if (object.kind === 'extract' && !object.index && !object.bitfield) {
    return { kind: 'extract', object: object.object, offset: object.offset + offset, type, span };
  }
  return { kind: 'extract', object, offset, type, span };
}

/** Looks through anonymous members. Pointers in it point into `space`. */
export function memberNamed(
  ctx: TypingContext,
  struct: StructType,
  name: MemberName,
  space: AddressSpace,
): FoundMember | undefined {
  const full = definitionOf(ctx, struct);
  if (full.members) return ownMember(full, name.text);
  const { btf } = ctx.facts;
  if (!btf || full.btfId === undefined) return undefined;
  const place = findMember(btf, full.btfId, name.text);
  return place && { ...place, type: typeOfBtf(btf, place.typeId, space) };
}

function ownMember(struct: StructType, name: string): FoundMember | undefined {
  for (const member of struct.members ?? []) {
    if (member.name === name) return member;
    if (member.name !== '' || member.type.kind !== 'struct') continue;
    const inner = ownMember(member.type, name);
    if (inner) return { ...inner, offsetBits: member.offsetBits + inner.offsetBits };
  }
  return undefined;
}

/** A struct that was only declared where it was named is looked up again: in the script, then in BTF. */
export function definitionOf(ctx: TypingContext, struct: StructType): StructType {
  if (struct.members || (struct.btfId !== undefined && struct.sizeBytes > 0)) return struct;
  const own = ctx.definitions.types.get(`${struct.union ? 'union' : 'struct'} ${struct.name}`);
  if (own?.kind === 'struct' && own.members) return own;
  const found = ctx.facts.btf?.find(struct.name, struct.union ? 'union' : 'struct');
  return found ? { ...struct, btfId: found.id } : struct;
}

function unknownMember(ctx: TypingContext, struct: StructType, name: MemberName): TypedExpression {
  const full = definitionOf(ctx, struct);
  const inBtf = full.btfId === undefined ? [] : ctx.facts.btf ? memberNames(ctx.facts.btf, full.btfId) : [];
  const names = full.members?.map((member) => member.name).filter((one) => one !== '') ?? inBtf;
  const what = printType(struct);
  if (names.length === 0)
    return fail(ctx, 'unknown-field', name.span, `${what} is declared only: its fields are not known`);
  return fail(ctx, 'unknown-field', name.span, `${what} has no field ${name.text}`, didYouMean(name.text, names));
}

/** Bytes of the storage unit of a bit-field of that type. */
function unitOf(type: Type): number {
  if (type.kind === 'int') return type.sizeBytes;
  return type.kind === 'bool' ? 1 : 8;
}
