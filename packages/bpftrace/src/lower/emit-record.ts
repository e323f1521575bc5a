import type { Address, Value } from '../ir/index.ts';
import { imm, reg } from '../ir/index.ts';
import type { Action, RecordLayout } from '../script/compiled-script.ts';
import type { TypedExpression, TypedStatement } from '../typed/tree.ts';
import { walk } from '../typed/typed-children.ts';
import { layoutOf } from '../types/layout.ts';
import { behind } from './address.ts';
import { constantOf } from './constant-fold.ts';
import { appendDynamic, type RunningOffset } from './dynamic-field.ts';
import { copyBytes } from './memory.ts';
import type { ProgramState } from './program-state.ts';
import { type FieldShape, layoutRecord } from './record-layout.ts';
import { isScalar, scalarSize } from './scalar-type.ts';
import { sendBuilt, sendFixed, startRecord } from './send-record.ts';

export interface FieldValue {
  readonly name: string;
  readonly value: TypedExpression;
}

/** Sends a record with these fields; `actionOf` says what user space does with it. */
export function emitRecord(
  p: ProgramState,
  values: readonly FieldValue[],
  actionOf: (layout: RecordLayout) => Action,
  context = false,
): void {
  const layout = layoutRecord(values.map(shapeOf), context);
  const action = p.script.addAction(actionOf(layout));
  const sent = layout.fields.flatMap(({ place }, i) =>
    place.kind === 'constant' ? [] : [{ place, value: values[i]!.value }],
  );
  if (sent.some(({ place }) => place.kind === 'dynamic')) {
    buildRecord(p, action, layout, sent);
    return;
  }
  // What has effects happens also where the ring buffer is full, and what may leave the program must not hold a reservation.
  const stored = sent.map(({ place, value }) => ({
    place,
    store: hasEffects(value) ? evaluated(p, value) : lazily(p, value),
  }));
  sendFixed(p, action, layout, (record) => {
    for (const { place, store } of stored) store(behind(record, place.offset));
  });
}

function shapeOf({ name, value }: FieldValue): FieldShape {
  const constant = value.kind === 'string' ? value.value : isScalar(value.type) ? constantOf(value) : undefined;
  return { name, type: value.type, ...(constant !== undefined && { constant }) };
}

interface SentField {
  readonly place: { readonly kind: 'inline' | 'dynamic'; readonly offset: number };
  readonly value: TypedExpression;
}

/** A record with strings: put together in scratch memory, then sent with no byte more than there is. */
function buildRecord(p: ProgramState, action: number, layout: RecordLayout, sent: readonly SentField[]): void {
  const record = p.scratch(layout.maxBytes);
  startRecord(p, action, layout, record);
  let end: RunningOffset = imm(layout.fixedBytes);
  for (const { place, value } of sent) {
    if (place.kind === 'inline') p.write(value, behind(record, place.offset));
    else end = appendDynamic(p, value, record, place.offset, end);
  }
  sendBuilt(p, record, end);
}

function lazily(p: ProgramState, value: TypedExpression): (to: Address) => void {
  return (to) => p.write(value, to);
}

function evaluated(p: ProgramState, value: TypedExpression): (to: Address) => void {
  if (isScalar(value.type)) {
    const result: Value = p.scalar(value);
    const kept = result.kind === 'register' ? reg(p.b.copy(result.register)) : result;
    return (to) => p.b.store(scalarSize(value.type), to, kept);
  }
  const { sizeBytes } = layoutOf(value.type);
  const place = p.temporary(sizeBytes, 'value');
  p.write(value, place);
  return (to) => copyBytes(p.b, to, place, sizeBytes);
}

const EFFECTS: ReadonlySet<string> = new Set([
  'variable-update',
  'map-update',
  'delete',
  'block-value',
  'helper',
  'map-length',
]);

/** Whether it matters that the expression is evaluated, or when: a division may report a zero, in a record of its own. */
export function hasEffects(value: TypedExpression): boolean {
  return [...walk([], [value])].some((node) => EFFECTS.has(node.kind) || isDivision(node));
}

function isDivision(node: TypedStatement | TypedExpression): boolean {
  if (node.kind !== 'binary' || (node.operator !== '/' && node.operator !== '%')) return false;
  return constantOf(node.right) === undefined;
}
