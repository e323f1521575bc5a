import type { AccessSize } from '@waggle/bpf/asm';
import type { Address, Block, IrFunction, IrInstruction } from '../../ir/ir.ts';
import { fitsImmediate, imm } from '../../ir/values.ts';
import { withContents } from '../control-flow.ts';

type ConstantStore = IrInstruction & { readonly kind: 'store'; readonly value: { readonly kind: 'immediate' } };

/**
 * Makes one wide store of several narrow ones of constants that follow each other without anything between: zeroing a key of twelve bytes
 * takes two stores. Only in slots, whose alignment is known.
 */
export function mergeStores(fn: IrFunction, byteOrder: 'little' | 'big'): IrFunction {
  const blocks = fn.blocks.map((block): Block => {
    const instructions: IrInstruction[] = [];
    let run: ConstantStore[] = [];
    const flush = () => {
      instructions.push(...mergeRun(fn, run, byteOrder));
      run = [];
    };
    for (const instruction of block.instructions) {
      if (isConstantStore(instruction)) {
        run.push(instruction);
        continue;
      }
      // What touches no memory may stand between.
      if (touchesMemory(instruction)) flush();
      instructions.push(instruction);
    }
    flush();
    return withContents(block, instructions);
  });
  return blocks.every((block, index) => block === fn.blocks[index]) ? fn : { ...fn, blocks };
}

function isConstantStore(insn: IrInstruction): insn is ConstantStore {
  return insn.kind === 'store' && insn.value.kind === 'immediate' && insn.address.kind === 'slot';
}

function touchesMemory(insn: IrInstruction): boolean {
  return (
    insn.kind === 'load' ||
    insn.kind === 'store' ||
    insn.kind === 'atomic' ||
    insn.kind === 'call' ||
    insn.kind === 'call-function'
  );
}

/** Joins halves while any two fit: 1+1, then 2+2, then 4+4. Where stores overlap, the order matters, and all stay. */
function mergeRun(
  fn: IrFunction,
  run: readonly ConstantStore[],
  byteOrder: 'little' | 'big',
): readonly IrInstruction[] {
  if (run.length < 2 || anyOverlap(run)) return run;
  let stores = [...run];
  for (const size of [1, 2, 4] as const) stores = joinHalves(fn, stores, size, byteOrder);
  return stores;
}

function joinHalves(
  fn: IrFunction,
  stores: ConstantStore[],
  size: 1 | 2 | 4,
  byteOrder: 'little' | 'big',
): ConstantStore[] {
  const joined: ConstantStore[] = [];
  const gone = new Set<ConstantStore>();
  for (const low of stores) {
    if (gone.has(low)) continue;
    const high =
      low.size === size && isAligned(fn, low.address, size * 2)
        ? stores.find((other) => follows(low, other))
        : undefined;
    const value = high && joinValues(low, high, byteOrder);
    if (high && value !== undefined) {
      gone.add(high);
      // A low half that comes later in the run has been passed already; this one takes the place of both.
      joined.push({ ...low, size: (size * 2) as AccessSize, value: imm(value) });
    } else joined.push(low);
  }
  return joined.filter((store) => !gone.has(store));
}

function follows(low: ConstantStore, high: ConstantStore): boolean {
  return (
    high.size === low.size && slotOf(high) === slotOf(low) && high.address.offset === low.address.offset + low.size
  );
}

/** The immediate of the wide store, where it can be one: 8 bytes are sign-extended from 4. */
function joinValues(low: ConstantStore, high: ConstantStore, byteOrder: 'little' | 'big'): bigint | undefined {
  const [less, more] = byteOrder === 'little' ? [low, high] : [high, low];
  const bits = low.size * 8;
  const value =
    (BigInt.asUintN(bits, BigInt(more.value.value)) << BigInt(bits)) | BigInt.asUintN(bits, BigInt(less.value.value));
  const signed = BigInt.asIntN(bits * 2, value);
  return fitsImmediate(signed) ? signed : undefined;
}

function isAligned(fn: IrFunction, address: Address, size: number): boolean {
  return address.kind === 'slot' && fn.slots[address.slot]!.align >= size && address.offset % size === 0;
}

function anyOverlap(run: readonly ConstantStore[]): boolean {
  return run.some((a, index) =>
    run
      .slice(index + 1)
      .some(
        (b) =>
          slotOf(a) === slotOf(b) &&
          a.address.offset < b.address.offset + b.size &&
          b.address.offset < a.address.offset + a.size,
      ),
  );
}

function slotOf(store: ConstantStore): number {
  return store.address.kind === 'slot' ? store.address.slot : -1;
}
