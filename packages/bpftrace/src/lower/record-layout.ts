import { CONTEXT, RECORD_HEADER_BYTES, type RecordField, type RecordLayout } from '../script/compiled-script.ts';
import { layoutOf, roundUp } from '../types/layout.ts';
import type { Type } from '../types/type.ts';

/** Strings of this size and less are sent where they stand; longer ones behind the fixed part, without what is not used. */
const INLINE_STRING_BYTES = 16;

export interface FieldShape {
  readonly name: string;
  readonly type: Type;
  /** Known at compile time: not sent. */
  readonly constant?: bigint | string;
}

/** Places the fields of a record, in order and naturally aligned. The fixed part is a multiple of 8 bytes, or of 4 before a variable part. */
export function layoutRecord(shapes: readonly FieldShape[], context: boolean): RecordLayout {
  let end: number = context ? CONTEXT.endBytes : RECORD_HEADER_BYTES;
  let dynamicBytes = 0;
  const fields = shapes.map(({ name, type, constant }): RecordField => {
    if (constant !== undefined) return { name, type, place: { kind: 'constant', value: constant } };
    const dynamic = dynamicCapacity(type);
    const { sizeBytes, align } = dynamic === undefined ? layoutOf(type) : ({ sizeBytes: 4, align: 4 } as const);
    const offset = roundUp(end, align);
    end = offset + sizeBytes;
    dynamicBytes += dynamic ?? 0;
    return { name, type, place: { kind: dynamic === undefined ? 'inline' : 'dynamic', offset } };
  });
  const fixedBytes = roundUp(end, dynamicBytes > 0 ? 4 : 8);
  return { context, fixedBytes, maxBytes: fixedBytes + dynamicBytes, fields };
}

/** How many bytes a value takes at most in the variable part; undefined where it goes into the fixed part. */
export function dynamicCapacity(type: Type): number | undefined {
  if (type.kind === 'buffer') return type.sizeBytes;
  return type.kind === 'string' && type.sizeBytes > INLINE_STRING_BYTES ? type.sizeBytes - 1 : undefined;
}

/** The stretches of the fixed part that no field covers: they must be sent as zeros. */
export function paddingOf(layout: RecordLayout): { readonly offset: number; readonly sizeBytes: number }[] {
  const padding: { offset: number; sizeBytes: number }[] = [];
  let end: number = layout.context ? CONTEXT.endBytes : RECORD_HEADER_BYTES;
  const upTo = (offset: number) => {
    if (offset > end) padding.push({ offset: end, sizeBytes: offset - end });
  };
  for (const { type, place } of layout.fields) {
    if (place.kind === 'constant') continue;
    upTo(place.offset);
    end = place.offset + (place.kind === 'dynamic' ? 4 : layoutOf(type).sizeBytes);
  }
  upTo(layout.fixedBytes);
  return padding;
}
