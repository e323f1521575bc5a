import type { TypedExpression, TypedStatement } from '../typed/tree.ts';
import { offsetsOf } from '../types/layout.ts';
import { INT32, INT64, type RecordType } from '../types/type.ts';
import { emitRecord, type FieldValue } from './emit-record.ts';
import type { ProgramState } from './program-state.ts';

type StatementOf<K extends TypedStatement['kind']> = TypedStatement & { readonly kind: K };

/** `printf`, `cat`, `system`: the format stays here, the arguments are sent. */
export function emitFormatted(p: ProgramState, s: StatementOf<'printf' | 'cat' | 'system'>): void {
  emitRecord(p, numbered(s.args), (layout) => ({ kind: s.kind, format: s.format, layout }));
}

/** `print(value)`: a record becomes an event with a field for each of its own. */
export function emitValue(p: ProgramState, s: StatementOf<'print-value'>): void {
  const { value } = s;
  if (value.type.kind === 'record') {
    const fields = recordFields(p, value, value.type);
    emitRecord(p, fields, (layout) => ({ kind: 'event', layout }), p.script.options.eventContext === true);
  } else {
    emitRecord(p, [{ name: 'value', value }], (layout) => ({ kind: 'print-value', layout }));
  }
}

/** What user space does to a whole map. */
export function emitMapAction(p: ProgramState, s: StatementOf<'print-map' | 'clear-map' | 'zero-map'>): void {
  const map = s.map.name;
  emitRecord(p, [], (layout) => {
    if (s.kind !== 'print-map') return { kind: s.kind, map, layout };
    const { top, div } = s;
    return { kind: 'print-map', map, ...(top !== undefined && { top }), ...(div !== undefined && { div }), layout };
  });
}

export function emitEntry(p: ProgramState, s: StatementOf<'print-entry'>): void {
  emitRecord(p, [{ name: 'key', value: s.key }], (layout) => ({ kind: 'print-entry', map: s.map.name, layout }));
}

export function emitTime(p: ProgramState, s: StatementOf<'time'>): void {
  emitRecord(p, [], (layout) => ({ kind: 'time', format: s.format, layout }));
}

/** Tells user space to stop, and leaves the program. */
export function emitExit(p: ProgramState, s: StatementOf<'exit'>): void {
  const code: TypedExpression = s.code
    ? { kind: 'cast', operand: s.code, type: INT64, span: s.span }
    : { kind: 'integer', value: 0n, type: INT32, span: s.span };
  emitRecord(p, [{ name: 'code', value: code }], (layout) => ({ kind: 'exit', layout }));
  p.leave();
}

function numbered(args: readonly TypedExpression[]): FieldValue[] {
  return args.map((value, i) => ({ name: `arg${i}`, value }));
}

/** The fields of a literal are evaluated one by one, those of any other record are parts of it. */
function recordFields(p: ProgramState, value: TypedExpression, type: RecordType): FieldValue[] {
  if (value.kind === 'record') return type.fields.map(({ name }, i) => ({ name, value: value.fields[i]! }));
  const offsets = offsetsOf(type.fields.map((field) => field.type));
  const variable = { name: '$record', index: -1, type, constant: true };
  p.homes.set(variable, { kind: 'memory', address: p.bytes(value) });
  const object: TypedExpression = { kind: 'variable', variable, type, span: value.span };
  return type.fields.map((field, i) => ({
    name: field.name,
    value: { kind: 'extract', object, offset: offsets[i]!, type: field.type, span: value.span },
  }));
}
