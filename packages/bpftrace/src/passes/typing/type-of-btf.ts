import type { BtfType, BtfTypeId, BtfTypes } from '@waggle/bpf/btf';
import type { AddressSpace, EnumInfo, IntType, Type } from '../../types/type.ts';
import { BOOL, NONE, stringOf } from '../../types/type.ts';

/** Pointers to pointers and arrays of arrays, at most: deeper ones point to nothing known. */
const MAX_DEPTH = 16;

/**
 * The language's type for a type of BTF. Typedefs and qualifiers vanish, arrays of `char` are strings, and structs are known
 * by id, so that a type is as small as what was asked for. Pointers point into `space`, unless they carry the tag `user`.
 */
export function typeOfBtf(btf: BtfTypes, id: BtfTypeId, space: AddressSpace, depth = 0): Type {
  if (depth > MAX_DEPTH) return NONE;
  const type = btf.resolve(id);
  switch (type.kind) {
    case 'int':
      return typeOfInt(type);
    case 'enum':
      return { ...intOf(type.sizeBytes, type.signed), enum: enumInfo(type) };
    case 'pointer': {
      const target = isTaggedUser(btf, type.typeId) ? 'user' : space;
      return { kind: 'pointer', to: typeOfBtf(btf, type.typeId, target, depth + 1), space: target };
    }
    case 'array': {
      if (type.length > 0 && isChar(btf, type.elementId)) return stringOf(type.length - 1);
      return { kind: 'array', element: typeOfBtf(btf, type.elementId, space, depth + 1), length: type.length };
    }
    case 'struct':
    case 'union':
      return {
        kind: 'struct',
        union: type.kind === 'union',
        name: type.name,
        sizeBytes: type.sizeBytes,
        btfId: type.id,
      };
    case 'forward':
      return { kind: 'struct', union: type.union, name: type.name, sizeBytes: 0, btfId: type.id };
    default:
      return NONE;
  }
}

/** Natural alignment in C, for structs that hold this one. */
export function alignOfBtf(btf: BtfTypes, id: BtfTypeId, depth = 0): number {
  const type = btf.resolve(id);
  if (depth > MAX_DEPTH) return 8;
  if (type.kind === 'array') return alignOfBtf(btf, type.elementId, depth + 1);
  if (type.kind === 'struct' || type.kind === 'union') {
    return Math.max(1, ...type.members.map((member) => alignOfBtf(btf, member.typeId, depth + 1)));
  }
  return type.kind === 'int' || type.kind === 'enum' ? Math.min(8, type.sizeBytes) : 8;
}

function typeOfInt(type: Extract<BtfType, { kind: 'int' }>): Type {
  if (type.bool) return BOOL;
  if (type.sizeBytes <= 8) return intOf(type.sizeBytes, type.signed);
  return { kind: 'array', element: intOf(8, false), length: type.sizeBytes / 8 };
}

function intOf(sizeBytes: number, signed: boolean): IntType {
  return { kind: 'int', sizeBytes: sizeBytes as IntType['sizeBytes'], signed };
}

/** What values of an enum are called. */
export function enumInfo(type: Extract<BtfType, { kind: 'enum' }>): EnumInfo {
  return { name: type.name, values: type.values };
}

/** Whether an element type is `char` itself: `u8` and `unsigned char` are numbers. */
function isChar(btf: BtfTypes, id: BtfTypeId): boolean {
  const type = btf.resolve(id);
  return type.kind === 'int' && type.sizeBytes === 1 && (type.char || type.name === 'char');
}

/** Linux 5.17 and later: `const char __user *` is a pointer to a type tag `user`. */
function isTaggedUser(btf: BtfTypes, id: BtfTypeId): boolean {
  for (let type = btf.type(id), i = 0; i < MAX_DEPTH; i++) {
    if (type.kind === 'type-tag' && type.name === 'user') return true;
    if (type.kind !== 'type-tag' && type.kind !== 'const' && type.kind !== 'volatile' && type.kind !== 'restrict')
      return false;
    type = btf.type(type.typeId);
  }
  return false;
}
