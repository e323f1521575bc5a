import type { Span } from '../../source/span.ts';
import { printType } from '../../typed/print-type.ts';
import type { Load, TypedExpression } from '../../typed/tree.ts';
import { layoutOf } from '../../types/layout.ts';
import type { AddressSpace, PointerType, Type } from '../../types/type.ts';
import { UINT64 } from '../../types/type.ts';
import { addOffset, addressOfLoad, defaultSpace, scaled } from './address.ts';
import { constantInt } from './constants.ts';
import type { TypingContext } from './context.ts';
import { fail, isError } from './context.ts';
import { convert } from './convert.ts';
import { loadAt } from './load-at.ts';
import { elementOf, extract } from './members.ts';

/** A char of a string, as bpftrace has it. */
const CHAR: Type = { kind: 'int', sizeBytes: 1, signed: true };

/** `object[index]`: elements of arrays, what a pointer points to, chars of strings, and elements of tuples. */
export function accessIndex(
  ctx: TypingContext,
  object: TypedExpression,
  index: TypedExpression,
  span: Span,
): TypedExpression {
  if (isError(object) || isError(index)) return isError(object) ? object : index;
  const { type } = object;
  if (index.type.kind !== 'int') {
    return fail(ctx, 'type-mismatch', index.span, `an index must be an integer, not ${printType(index.type)}`);
  }
  const constant = constantInt(index);
  switch (type.kind) {
    case 'array':
      return arrayElement(ctx, object, { element: type.element, length: type.length }, index, span);
    case 'string':
      return arrayElement(ctx, object, { element: CHAR, length: type.sizeBytes }, index, span);
    case 'pointer':
      return dereference(ctx, { address: object, type, index }, span);
    case 'tuple':
      if (constant === undefined)
        return fail(ctx, 'not-constant', index.span, 'the index of a tuple must be a literal number');
      return elementOf(ctx, object, type, Number(constant), span);
    default:
      return fail(ctx, 'not-an-array', object.span, `type ${printType(type)} has no elements`, {
        hint: 'indices belong to arrays, pointers, strings and tuples',
      });
  }
}

function arrayElement(
  ctx: TypingContext,
  object: TypedExpression,
  array: { readonly element: Type; readonly length: number },
  index: TypedExpression,
  span: Span,
): TypedExpression {
  const constant = constantInt(index);
  if (constant !== undefined && (constant < 0n || (array.length > 0 && constant >= BigInt(array.length)))) {
    const hint = { hint: `the last index is ${array.length - 1}` };
    return fail(ctx, 'out-of-bounds', index.span, `index ${constant} is outside of an array of ${array.length}`, hint);
  }
  const stride = sizeOf(array.element);
  if (object.kind === 'load') return loadElement(object, array.element, stride, index, span);
  if (constant !== undefined) return extract(object, Number(constant) * stride, array.element, span);
  const at = { value: convert(index, UINT64), length: array.length, strideBytes: stride };
  return { kind: 'extract', object, offset: 0, index: at, type: array.element, span };
}

function loadElement(load: Load, element: Type, stride: number, index: TypedExpression, span: Span): TypedExpression {
  const constant = constantInt(index);
  const place = { space: load.space, btf: load.btf === true };
  if (constant !== undefined) {
    return loadAt({ ...place, address: load.address, offset: load.offset + Number(constant) * stride }, element, span);
  }
  const pointer: PointerType = { kind: 'pointer', to: element, space: load.space };
  const address = addOffset(addressOfLoad(load, element), scaled(index, stride), pointer, span);
  return loadAt({ ...place, address, offset: 0 }, element, span);
}

/** `*pointer`, `pointer[index]`; an integer is the address of 8 bytes. */
export function dereference(
  ctx: TypingContext,
  target: { readonly address: TypedExpression; readonly type: Type; readonly index?: TypedExpression },
  span: Span,
): TypedExpression {
  const { address, type, index } = target;
  if (isError(address)) return address;
  if (type.kind === 'int') {
    return loadAt({ address: convert(address, UINT64), offset: 0, space: defaultSpace(ctx), btf: false }, UINT64, span);
  }
  if (type.kind !== 'pointer') {
    return fail(ctx, 'not-a-pointer', span, `type ${printType(type)} cannot be dereferenced`, {
      hint: 'only pointers can',
    });
  }
  const to = type.to;
  if (to.kind === 'none' || (to.kind === 'struct' && to.sizeBytes === 0 && index)) {
    const hint = { hint: 'cast it to a pointer to what is there, as in (uint32 *)x' };
    return fail(ctx, 'not-a-pointer', span, `${printType(type)} points to nothing of a known size`, hint);
  }
  const place: { space: AddressSpace; btf: boolean } = {
    space: type.space,
    btf: to.kind === 'struct' && to.btfId !== undefined,
  };
  const constant = index && constantInt(index);
  if (index && constant === undefined) {
    return loadAt(
      { ...place, address: addOffset(address, scaled(index, sizeOf(to)), type, span), offset: 0 },
      to,
      span,
    );
  }
  return loadAt({ ...place, address, offset: Number(constant ?? 0n) * sizeOf(to) }, to, span);
}

function sizeOf(type: Type): number {
  return type.kind === 'none' ? 1 : layoutOf(type).sizeBytes;
}
