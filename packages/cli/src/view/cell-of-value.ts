import type { Type } from '@waggle/bpftrace';
import type { Value } from '@waggle/bpftrace/output';
import type { Cell } from '@waggle/gadgets';

export type CellOf = (value: Value, type: Type) => Cell;

/** Types whose values need the machine's help to be read: a cell shows what bpftrace's text output would. */
const SHOWN_AS_TEXT: ReadonlySet<Type['kind']> = new Set([
  'kstack',
  'ustack',
  'ksym',
  'usym',
  'username',
  'timestamp',
  'cgroup-path',
  'strerror',
  'pointer',
  'struct',
]);

/** Makes cells of values; `text` shows those that need symbols, names or clocks. */
export function cellOfValue(text: (value: Value, type: Type) => string): CellOf {
  const cell: CellOf = (value, type) => {
    if (SHOWN_AS_TEXT.has(type.kind)) return text(value, type).trim();
    if (type.kind === 'interned') return value === 0 ? null : text(value, type);
    if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
    if (type.kind === 'int' && type.enum) return text(value, type);
    if (type.kind === 'tuple')
      return (value as readonly Value[]).map((item, index) => cell(item, type.elements[index]!));
    if (type.kind === 'array') return (value as readonly Value[]).map((item) => cell(item, type.element));
    if (type.kind === 'record') {
      const named = value as Readonly<Record<string, Value>>;
      return Object.fromEntries(type.fields.map((field) => [field.name, cell(named[field.name]!, field.type)]));
    }
    return value as Cell;
  };
  return cell;
}
