/**
 * How values lie in memory: on the stack, in map keys and values, in records. Natural alignment, little surprises:
 * a tuple is laid out as a C struct, and its padding is always zero.
 */
import type { Type } from './type.ts';

export interface Layout {
  readonly sizeBytes: number;
  readonly align: 1 | 2 | 4 | 8;
}

/** @throws RangeError for aggregates and types without values: they have no memory of their own. */
export function layoutOf(type: Type): Layout {
  switch (type.kind) {
    case 'int':
      return { sizeBytes: type.sizeBytes, align: type.sizeBytes };
    case 'bool':
      return { sizeBytes: 1, align: 1 };
    case 'string':
      return { sizeBytes: type.sizeBytes, align: 1 };
    case 'buffer':
      return { sizeBytes: roundUp(4 + type.sizeBytes, 4), align: 4 };
    case 'pointer':
    case 'ksym':
    case 'username':
    case 'timestamp':
    case 'cgroup-path':
    case 'strerror':
      return { sizeBytes: 8, align: 8 };
    case 'interned':
      return { sizeBytes: 4, align: 4 };
    case 'usym':
    case 'kstack':
    case 'ustack':
      return { sizeBytes: 16, align: 8 };
    case 'inet':
      return { sizeBytes: 24, align: 8 };
    case 'mac':
      return { sizeBytes: 6, align: 1 };
    case 'struct':
      return { sizeBytes: type.sizeBytes, align: 8 };
    case 'array': {
      const element = layoutOf(type.element);
      return { sizeBytes: element.sizeBytes * type.length, align: element.align };
    }
    case 'tuple':
      return placeAll(type.elements).layout;
    case 'record':
      return placeAll(type.fields.map((field) => field.type)).layout;
    default:
      throw new RangeError(`type ${type.kind} has no layout of its own`);
  }
}

/** Offsets of the elements of a tuple or the fields of a record, in order. */
export function offsetsOf(types: readonly Type[]): number[] {
  return placeAll(types).offsets;
}

function placeAll(types: readonly Type[]): { offsets: number[]; layout: Layout } {
  let end = 0;
  let align: Layout['align'] = 1;
  const offsets = types.map((type) => {
    const layout = layoutOf(type);
    if (layout.align > align) align = layout.align;
    const offset = roundUp(end, layout.align);
    end = offset + layout.sizeBytes;
    return offset;
  });
  return { offsets, layout: { sizeBytes: roundUp(end, align), align } };
}

/** The next multiple of `to`. */
export function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
