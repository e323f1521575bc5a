/**
 * Which type two uses of one place agree on: the values of a variable, the keys and values of a map, the branches of a
 * choice. Integers and strings grow, tuples and records agree element by element; all else must be the same.
 */
import type { IntType, PointerType, Type } from '../../types/type.ts';
import { isLiteralType } from './literal-types.ts';

/** Undefined where there is no such type. An erroneous type agrees with everything. */
export function commonType(a: Type, b: Type): Type | undefined {
  return agree(a, b, false);
}

/**
 * The same while types are being found. Literal texts become interned where they meet such values, and nothing is known of what is literal yet: so
 * strings give way.
 */
export function growingType(a: Type, b: Type): Type | undefined {
  return agree(a, b, true);
}

function agree(a: Type, b: Type, growing: boolean): Type | undefined {
  if (a === b || b.kind === 'error') return a;
  if (a.kind === 'error') return b;
  if (growing && a.kind === 'interned' && b.kind === 'string') return a;
  if (growing && a.kind === 'string' && b.kind === 'interned') return b;
  switch (a.kind) {
    case 'int':
      return b.kind === 'int' ? commonInt(a, b) : undefined;
    case 'string':
    case 'buffer':
      return b.kind === a.kind ? (b.sizeBytes > a.sizeBytes ? b : a) : undefined;
    case 'tuple': {
      if (b.kind !== 'tuple') return undefined;
      const elements = commonTypes(a.elements, b.elements, growing);
      return elements && { kind: 'tuple', elements };
    }
    case 'record': {
      if (b.kind !== 'record' || a.fields.some((field, i) => field.name !== b.fields[i]?.name)) return undefined;
      const types = commonTypes(
        a.fields.map((f) => f.type),
        b.fields.map((f) => f.type),
        growing,
      );
      return types && { kind: 'record', fields: a.fields.map(({ name }, i) => ({ name, type: types[i]! })) };
    }
    case 'pointer':
      return b.kind === 'pointer' ? commonPointer(a, b) : undefined;
    case 'timestamp':
    case 'cgroup-path':
      return b.kind === a.kind ? a : undefined;
    default:
      return sameType(a, b) ? a : undefined;
  }
}

function commonTypes(a: readonly Type[], b: readonly Type[], growing: boolean): Type[] | undefined {
  if (a.length !== b.length) return undefined;
  const types: Type[] = [];
  for (const [i, type] of a.entries()) {
    const common = agree(type, b[i]!, growing);
    if (!common) return undefined;
    types.push(common);
  }
  return types;
}

/** `void *` gives way to a pointer that says more. */
function commonPointer(a: PointerType, b: PointerType): PointerType | undefined {
  if (a.to.kind === 'none') return b;
  return b.to.kind === 'none' || sameType(a.to, b.to) ? a : undefined;
}

/**
 * The larger one where both are signed or both are not. A literal takes the other's sign. A signed and an unsigned type
 * agree on a signed one that holds both, or on int64.
 */
export function commonInt(a: IntType, b: IntType): IntType {
  if (a.signed === b.signed) {
    const large = b.sizeBytes > a.sizeBytes ? b : a;
    if (isLiteralType(large) && !(isLiteralType(a) && isLiteralType(b))) return plainInt(large.sizeBytes, true);
    return large.enum && !sameType(a, b) ? plainInt(large.sizeBytes, large.signed) : large;
  }
  const [signed, unsigned] = a.signed ? [a, b] : [b, a];
  if (isLiteralType(signed)) return plainInt(maxSize(signed.sizeBytes, unsigned.sizeBytes), false);
  const double = unsigned.sizeBytes === 8 ? 8 : ((unsigned.sizeBytes * 2) as IntType['sizeBytes']);
  return plainInt(maxSize(signed.sizeBytes, double), true);
}

/** The 64-bit type that arithmetic happens in. */
export function arithmeticInt(a: IntType, b: IntType): IntType {
  const common = commonInt(a, b);
  return plainInt(8, common.signed);
}

function plainInt(sizeBytes: IntType['sizeBytes'], signed: boolean): IntType {
  return { kind: 'int', sizeBytes, signed };
}

function maxSize(a: IntType['sizeBytes'], b: IntType['sizeBytes']): IntType['sizeBytes'] {
  return a > b ? a : b;
}

/** Whether values of both types are laid out and shown alike. */
export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'int': {
      const other = b as IntType;
      return a.sizeBytes === other.sizeBytes && a.signed === other.signed && a.enum?.name === other.enum?.name;
    }
    case 'string':
    case 'buffer':
      return a.sizeBytes === (b as typeof a).sizeBytes;
    case 'pointer':
      return a.space === (b as PointerType).space && sameType(a.to, (b as PointerType).to);
    case 'array':
      return a.length === (b as typeof a).length && sameType(a.element, (b as typeof a).element);
    case 'struct': {
      const other = b as typeof a;
      if (a.union !== other.union || a.name !== other.name || a.sizeBytes !== other.sizeBytes) return false;
      if (a.name !== '') return true;
      // Members that were looked up in BTF are the same wherever their id is.
      return a.btfId === other.btfId && (a.btfId !== undefined || a.members === other.members);
    }
    case 'tuple':
      return sameTypes(a.elements, (b as typeof a).elements);
    case 'record': {
      const other = b as typeof a;
      const names = a.fields.every((field, i) => field.name === other.fields[i]?.name);
      return (
        names &&
        sameTypes(
          a.fields.map((f) => f.type),
          other.fields.map((f) => f.type),
        )
      );
    }
    case 'kstack':
    case 'ustack':
      return a.mode === (b as typeof a).mode && a.limit === (b as typeof a).limit;
    case 'timestamp':
      return a.format === (b as typeof a).format && a.clock === (b as typeof a).clock;
    case 'cgroup-path':
      return a.pattern === (b as typeof a).pattern;
    case 'sum':
    case 'avg':
    case 'min':
    case 'max':
    case 'stats':
      return a.signed === (b as typeof a).signed;
    case 'hist':
      return a.bits === (b as typeof a).bits;
    case 'lhist': {
      const other = b as typeof a;
      return a.min === other.min && a.max === other.max && a.step === other.step;
    }
    default:
      return true;
  }
}

function sameTypes(a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((type, i) => sameType(type, b[i]!));
}
