import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Address, Value, VirtualRegister } from '../ir/index.ts';
import { at, imm, mapAddress, reg } from '../ir/index.ts';
import { CONTEXT, INTERNAL_MAPS, type RecordLayout } from '../script/compiled-script.ts';
import { behind } from './address.ts';
import { writeCurrentComm } from './current-comm.ts';
import { pidAndTid } from './current-task.ts';
import { countLoss } from './ledger.ts';
import { zeroBytes } from './memory.ts';
import type { ProgramState } from './program-state.ts';
import { paddingOf } from './record-layout.ts';

/** Offset of a field, by index, in the record. */
export type FieldOffset = (field: number) => number;

/**
 * Sends a record without dynamic fields: it is filled in the ring buffer itself. `fill` stores the fields; it must not leave the
 * program. Nothing of it is run where the buffer is full.
 */
export function sendFixed(
  p: ProgramState,
  action: number,
  layout: RecordLayout,
  fill: (record: Address, fieldOffset: FieldOffset) => void,
): void {
  const { b } = p;
  p.use('ring');
  const [full, reserved, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  const ring = mapAddress(INTERNAL_MAPS.ring);
  const record = b.call(HELPER_IDS.ringbuf_reserve, [ring, imm(layout.fixedBytes), imm(0)]);
  b.branch('eq', record, imm(0), full, reserved, { likely: 'otherwise' });
  b.setBlock(reserved);
  p.branch(() => {
    startRecord(p, action, layout, at(record));
    fill(at(record), offsetsIn(layout));
  });
  b.callVoid(HELPER_IDS.ringbuf_submit, [reg(record), imm(0)]);
  p.cold(full, () => countLoss(p, 'ringFull', done));
  b.setBlock(done);
}

/** Sends `size` bytes of a record that was built in memory. */
export function sendBuilt(p: ProgramState, record: Address, size: Value): void {
  const { b } = p;
  p.use('ring');
  const [full, done] = [b.newBlock(), b.newBlock()];
  const ring = mapAddress(INTERNAL_MAPS.ring);
  const result = b.call(HELPER_IDS.ringbuf_output, [ring, p.argument(record), size, imm(0)]);
  b.branch('ne', result, imm(0), full, done, { likely: 'otherwise' });
  p.cold(full, () => countLoss(p, 'ringFull', done));
  b.setBlock(done);
}

/** Writes the header, who did it where the layout has that, and zeros between the fields. */
export function startRecord(p: ProgramState, action: number, layout: RecordLayout, record: Address): void {
  const { b } = p;
  // u32 action, u32 zero
  b.store(8, record, imm(action));
  if (layout.context) writeContext(p, record);
  for (const { offset, sizeBytes } of paddingOf(layout)) zeroBytes(b, behind(record, offset), sizeBytes);
}

export function offsetsIn(layout: RecordLayout): FieldOffset {
  return (field) => {
    const place = layout.fields[field]?.place;
    if (!place || place.kind === 'constant') throw new RangeError(`field ${field} of the record has no offset`);
    return place.offset;
  };
}

function writeContext(p: ProgramState, record: Address): void {
  const { b } = p;
  b.store(8, behind(record, CONTEXT.timeNs), reg(b.call(HELPER_IDS.ktime_get_boot_ns, [])));
  // Where there is no guard, whoever happens to run is none of a confined script's business.
  if (p.script.options.confined && p.probe.guard !== 'current') {
    zeroBytes(b, behind(record, CONTEXT.cgroupId), CONTEXT.endBytes - CONTEXT.cgroupId);
    return;
  }
  b.store(8, behind(record, CONTEXT.cgroupId), reg(b.call(HELPER_IDS.get_current_cgroup_id, [])));
  const both: VirtualRegister = pidAndTid(p);
  b.store(4, behind(record, CONTEXT.tid), reg(both));
  b.store(4, behind(record, CONTEXT.pid), reg(b.binary('rsh', both, imm(32))));
  writeCurrentComm(p, behind(record, CONTEXT.comm), CONTEXT.endBytes - CONTEXT.comm);
}
