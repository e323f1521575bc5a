import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Address, Argument, Value, VirtualRegister } from '../ir/index.ts';
import { imm, reg } from '../ir/index.ts';
import { STRING_CUT_FLAG } from '../script/compiled-script.ts';
import type { ReadBuffer, TypedExpression } from '../typed/tree.ts';
import { layoutOf } from '../types/layout.ts';
import { addressRegister, behind } from './address.ts';
import { countLoss } from './ledger.ts';
import { probeReadHelper, withAddress } from './load.ts';
import type { ProgramState } from './program-state.ts';
import { clamp, mayLose, readSize, readStringHelper, type StringSource } from './read-string.ts';

/** Where the next bytes of the variable part go: known before the first dynamic field, counted behind it. */
export type RunningOffset = Value;

/** Appends the bytes of a string or buffer to the record, describes them at `offset` of the fixed part, and gives the next offset. */
export function appendDynamic(
  p: ProgramState,
  e: TypedExpression,
  record: Address,
  offset: number,
  end: RunningOffset,
): RunningOffset {
  if (e.type.kind === 'buffer') return appendBuffer(p, e, record, offset, end);
  const { sizeBytes } = layoutOf(e.type);
  if (isStringSource(e)) {
    const watched = mayLose(e);
    const size = watched ? imm(sizeBytes + 1) : readSize(p, e, sizeBytes);
    const read = p.b.newRegister();
    withAddress(
      p,
      e.address,
      e.kind === 'load' ? e.offset : 0,
      (from) => p.b.call(readStringHelper(e.space), [destination(p, record, end), size, from], read),
      () => p.b.const(0, read),
    );
    return describe(p, { record, offset, end, read, ...(watched && { limit: sizeBytes }) });
  }
  const from = p.argument(p.bytes(e));
  return appendStringAt(p, from, HELPER_IDS.probe_read_kernel_str, sizeBytes, record, offset, end);
}

/** The same for a string at an address; it is cut at `sizeBytes`, terminator included. */
export function appendStringAt(
  p: ProgramState,
  from: Argument,
  helper: number,
  sizeBytes: number,
  record: Address,
  offset: number,
  end: RunningOffset,
): RunningOffset {
  const read = p.b.call(helper, [destination(p, record, end), imm(sizeBytes), from]);
  return describe(p, { record, offset, end, read });
}

interface ReadResult {
  readonly record: Address;
  readonly offset: number;
  readonly end: RunningOffset;
  /** What the helper gave: bytes with the terminator, or a negative error. */
  readonly read: VirtualRegister;
  /** The buffer was one byte larger than this limit: what fills it was cut. */
  readonly limit?: number;
}

/** Writes {u16 length, u16 offset} and gives the offset behind the string. */
function describe(p: ProgramState, { record, offset, end, read, limit }: ReadResult): RunningOffset {
  const { b } = p;
  const [failed, proper, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  b.store(2, behind(record, offset + 2), end);
  const length = b.newRegister();
  // A signed comparison with 0: from here on, the verifier knows 1 <= read <= size.
  b.branch('sgt', read, imm(0), proper, failed, { likely: 'then' });
  b.setBlock(proper);
  if (limit !== undefined) {
    const [cut, whole] = [b.newBlock(), b.newBlock()];
    b.branch('sgt', read, imm(limit), cut, whole, { likely: 'otherwise' });
    b.setBlock(whole);
    p.cold(cut, () => {
      b.const(limit - 1, length);
      b.store(2, behind(record, offset), imm((limit - 1) | STRING_CUT_FLAG));
      countLoss(p, 'stringCut', done);
    });
  }
  b.binary('sub', read, imm(1), 64, length);
  b.store(2, behind(record, offset), reg(length));
  p.cold(failed, () => {
    b.const(0, length);
    b.store(2, behind(record, offset), imm(0));
    b.goto(done);
  });
  b.setBlock(done);
  return advance(p, end, length);
}

function appendBuffer(
  p: ProgramState,
  e: TypedExpression,
  record: Address,
  offset: number,
  end: RunningOffset,
): RunningOffset {
  const { b } = p;
  const capacity = e.type.kind === 'buffer' ? e.type.sizeBytes : 0;
  let length: VirtualRegister;
  if (e.kind === 'read-buffer') {
    length = readBufferBytes(p, e, capacity, () => destination(p, record, end));
  } else {
    const place = p.bytes(e);
    length = clamp(p, reg(b.load(4, place)), capacity);
    const from = p.argument(behind(place, 4));
    b.callVoid(HELPER_IDS.probe_read_kernel, [destination(p, record, end), reg(length), from]);
  }
  b.store(2, behind(record, offset), reg(length));
  b.store(2, behind(record, offset + 2), end);
  return advance(p, end, length);
}

/** Reads up to `capacity` bytes to `to`, and gives how many. Faults give zeros. */
export function readBufferBytes(p: ProgramState, e: ReadBuffer, capacity: number, to: () => Argument): VirtualRegister {
  const length = clamp(p, p.scalar(e.length), capacity);
  withAddress(
    p,
    e.address,
    0,
    (from) => p.b.callVoid(probeReadHelper(e.space), [to(), reg(length), from]),
    () => p.b.const(0, length),
  );
  return length;
}

/** The address of the variable part's next byte. */
function destination(p: ProgramState, record: Address, end: RunningOffset): Argument {
  if (end.kind === 'immediate') return p.argument(behind(record, end.value));
  return reg(p.b.binary('add', addressRegister(p.b, record), end));
}

function advance(p: ProgramState, end: RunningOffset, length: VirtualRegister): RunningOffset {
  return reg(p.b.binary('add', length, end));
}

export function isStringSource(e: TypedExpression): e is StringSource {
  return e.type.kind === 'string' && (e.kind === 'read-string' || e.kind === 'load');
}
