import type { Type } from '../types/type.ts';

/** A type as diagnostics and dumps name it: `uint64`, `string[16]`, `struct task_struct *`, `(int8,string[4])`. */
export function printType(type: Type): string {
  switch (type.kind) {
    case 'none':
      return 'void';
    case 'int':
      return type.enum ? `enum ${type.enum.name}`.trimEnd() : `${type.signed ? '' : 'u'}int${type.sizeBytes * 8}`;
    case 'string':
    case 'buffer':
      return `${type.kind}[${type.sizeBytes}]`;
    case 'pointer':
      return type.to.kind === 'pointer' ? `${printType(type.to)}*` : `${printType(type.to)} *`;
    case 'array':
      return printArray(type.element, [type.length]);
    case 'struct':
      return `${type.union ? 'union' : 'struct'} ${type.name || '{}'}`;
    case 'tuple':
      return `(${type.elements.map(printType).join(',')})`;
    case 'record':
      return `(${type.fields.map((field) => `${field.name}=${printType(field.type)}`).join(',')})`;
    case 'kstack':
    case 'ustack':
      return `${type.kind}_${type.mode}_${type.limit}`;
    case 'hist':
      return type.bits === 0 ? 'hist()' : `hist(,${type.bits})`;
    case 'lhist':
      return `lhist(,${type.min},${type.max},${type.step})`;
    case 'count':
    case 'sum':
    case 'avg':
    case 'min':
    case 'max':
    case 'stats':
      return `${type.kind}()`;
    default:
      return type.kind;
  }
}

/** The outermost length comes first, as in C. */
function printArray(element: Type, lengths: number[]): string {
  if (element.kind === 'array') return printArray(element.element, [...lengths, element.length]);
  return printType(element) + lengths.map((length) => `[${length}]`).join('');
}
