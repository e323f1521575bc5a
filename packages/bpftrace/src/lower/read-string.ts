import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Address, Argument, Value, VirtualRegister } from '../ir/index.ts';
import { imm, reg } from '../ir/index.ts';
import type { Load, ReadString } from '../typed/tree.ts';
import { layoutOf } from '../types/layout.ts';
import type { AddressSpace } from '../types/type.ts';
import { behind } from './address.ts';
import { constantOf } from './constant-fold.ts';
import { countLoss } from './ledger.ts';
import { withAddress } from './load.ts';
import { zeroBytes } from './memory.ts';
import type { ProgramState } from './program-state.ts';

/** An expression that reads a string from memory: `str(p)`, or a member that is a `char` array. */
export type StringSource = ReadString | (Load & { readonly type: { readonly kind: 'string' } });

export interface ReadOptions {
  /** Bytes of the destination, terminator included. */
  readonly sizeBytes: number;
  /** Clear what is behind the NUL. */
  readonly padded: boolean;
}

/** Reads a string to `to`. What is longer is cut, and counted where it was the script's limit that cut it. Faults give the empty string. */
export function readString(p: ProgramState, e: StringSource, to: Address, options: ReadOptions): void {
  const { b } = p;
  const { sizeBytes } = options;
  if (options.padded) zeroBytes(b, to, sizeBytes);
  const size = readSize(p, e, sizeBytes);
  const watched = mayLose(e) && p.hasSlack(to);
  withAddress(
    p,
    e.address,
    e.kind === 'load' ? e.offset : 0,
    (from) => {
      const helper = readStringHelper(e.space);
      if (!watched) {
        b.callVoid(helper, [p.argument(to), size, from]);
        return;
      }
      // With room for one byte more than the limit, a full buffer tells that the string was longer.
      const read = b.call(helper, [p.argument(to), imm(sizeBytes + 1), from]);
      terminateCut(p, read, to, sizeBytes);
    },
    () => b.store(1, to, imm(0)),
  );
}

export function readStringHelper(space: AddressSpace): number {
  return space === 'user' ? HELPER_IDS.probe_read_user_str : HELPER_IDS.probe_read_kernel_str;
}

/** Whether a cut is a loss: without a length of its own, `str()` cuts at `max_strlen`. */
export function mayLose(e: StringSource): boolean {
  return e.kind === 'read-string' && e.length === undefined;
}

/** How many bytes to read at most, terminator included: the smaller of the destination and the length asked for. */
export function readSize(p: ProgramState, e: StringSource, sizeBytes: number): Value {
  if (e.kind === 'load') return imm(Math.min(sizeBytes, layoutOf(e.type).sizeBytes));
  if (!e.length) return imm(sizeBytes);
  const known = constantOf(e.length);
  if (known !== undefined) return imm(known < 0n || known >= BigInt(sizeBytes - 1) ? sizeBytes : Number(known) + 1);
  const { b } = p;
  const size = b.binary('add', clamp(p, p.scalar(e.length), sizeBytes - 1), imm(1));
  return reg(size);
}

/** The smaller of a value (unsigned) and a constant, so that the verifier sees the bound. */
export function clamp(p: ProgramState, value: Value, max: number): VirtualRegister {
  const { b } = p;
  const result = b.newRegister();
  const [over, done] = [b.newBlock(), b.newBlock()];
  b.assign(result, value);
  b.branch('gt', result, imm(max), over, done, { likely: 'otherwise' });
  b.setBlock(over);
  b.const(max, result);
  b.setBlock(done);
  return result;
}

function terminateCut(p: ProgramState, read: VirtualRegister, to: Address, sizeBytes: number): void {
  const { b } = p;
  const [cut, done] = [b.newBlock(), b.newBlock()];
  b.branch('sgt', read, imm(sizeBytes), cut, done, { likely: 'otherwise' });
  p.cold(cut, () => {
    b.store(1, behind(to, sizeBytes - 1), imm(0));
    countLoss(p, 'stringCut', done);
  });
  b.setBlock(done);
}

/** Copies a string that is in memory already; `padded` clears what is behind its NUL. */
export function copyString(p: ProgramState, to: Address, from: Address, options: ReadOptions): void {
  if (options.padded) zeroBytes(p.b, to, options.sizeBytes);
  const source: Argument = p.argument(from);
  p.b.callVoid(HELPER_IDS.probe_read_kernel_str, [p.argument(to), imm(options.sizeBytes), source]);
}
