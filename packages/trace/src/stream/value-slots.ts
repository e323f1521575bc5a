import { layoutOf, offsetsOf, type StackType, type Type } from '@waggle/bpftrace';

/** Types whose values mean something only with the help of the machine that they come from. */
export type SlotType =
  | Extract<Type, { kind: 'ksym' | 'usym' | 'username' | 'cgroup-path' | 'interned' | 'timestamp' }>
  | StackType;

/** A place in a record, key or value that holds such a value. */
export interface Slot {
  readonly type: SlotType;
  /** Bytes from the start of the whole. */
  readonly offset: number;
}

/** The slots of a value of that type which lies at `offset`. Members of structs are C's: numbers and addresses, which stay as they are. */
export function slotsOf(type: Type, offset = 0): Slot[] {
  switch (type.kind) {
    case 'ksym':
    case 'usym':
    case 'kstack':
    case 'ustack':
    case 'username':
    case 'cgroup-path':
    case 'interned':
    case 'timestamp':
      return [{ type, offset }];
    case 'array': {
      if (slotsOf(type.element).length === 0) return [];
      const { sizeBytes } = layoutOf(type.element);
      return Array.from({ length: type.length }, (_, index) =>
        slotsOf(type.element, offset + index * sizeBytes),
      ).flat();
    }
    case 'tuple':
      return slotsOfAll(type.elements, offset);
    case 'record':
      return slotsOfAll(
        type.fields.map((field) => field.type),
        offset,
      );
    default:
      return [];
  }
}

function slotsOfAll(types: readonly Type[], offset: number): Slot[] {
  const offsets = offsetsOf(types);
  return types.flatMap((type, index) => slotsOf(type, offset + offsets[index]!));
}
