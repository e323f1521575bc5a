import type { Address, VirtualRegister } from '../ir/index.ts';
import { imm, reg } from '../ir/index.ts';
import type { RecordField, RecordLayout } from '../script/compiled-script.ts';
import type { TypedStatement } from '../typed/tree.ts';
import { type Type, UINT32 } from '../types/type.ts';
import { behind } from './address.ts';
import { appendStringAt, type RunningOffset } from './dynamic-field.ts';
import { probeReadHelper } from './load.ts';
import { zeroBytes } from './memory.ts';
import type { ProgramState } from './program-state.ts';
import { readStringHelper } from './read-string.ts';
import { layoutRecord } from './record-layout.ts';
import { sendBuilt, startRecord } from './send-record.ts';

/** As many strings as bpftrace joins. */
const MAX_STRINGS = 16;

/** `join(argv)`: reads pointers one by one up to a NULL, and the strings behind them. */
export function emitJoin(p: ProgramState, s: TypedStatement & { readonly kind: 'join' }): void {
  const { b } = p;
  const type: Type = { kind: 'string', sizeBytes: p.script.typed.config.maxStrlen + 1 };
  const layout = layoutOfJoin(type);
  const action = p.script.addAction({ kind: 'join', delimiter: s.delimiter, layout });
  const argv = b.copy(p.scalarRegister(s.address));
  const record = p.scratch(layout.maxBytes);
  startRecord(p, action, layout, record);
  const [count, ...strings] = layout.fields.map(offsetOf) as [number, ...number[]];
  zeroBytes(b, behind(record, count), layout.fixedBytes - count);

  const end = b.const(layout.fixedBytes);
  const done = b.newBlock();
  const pointer = p.slot(8, 'argv');
  strings.forEach((offset, i) => {
    readPointer(p, s.space, argv, i, pointer);
    const present = b.newBlock();
    const string = b.load(8, pointer);
    b.branch('ne', string, imm(0), present, done);
    b.setBlock(present);
    const next: RunningOffset = appendStringAt(
      p,
      reg(string),
      readStringHelper(s.space),
      type.sizeBytes,
      record,
      offset,
      reg(end),
    );
    b.assign(end, next);
    b.store(4, behind(record, count), imm(i + 1));
  });
  b.setBlock(done);
  sendBuilt(p, record, reg(end));
}

function layoutOfJoin(type: Type): RecordLayout {
  const strings = Array.from({ length: MAX_STRINGS }, (_, i) => ({ name: `string${i}`, type }));
  return layoutRecord([{ name: 'count', type: UINT32 }, ...strings], false);
}

function offsetOf({ place }: RecordField): number {
  return place.kind === 'constant' ? 0 : place.offset;
}

function readPointer(
  p: ProgramState,
  space: 'kernel' | 'user',
  argv: VirtualRegister,
  index: number,
  to: Address,
): void {
  const from = index === 0 ? argv : p.b.binary('add', argv, imm(index * 8));
  p.b.callVoid(probeReadHelper(space), [p.argument(to), imm(8), reg(from)]);
}
