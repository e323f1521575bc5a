import { describe, expect, it } from 'vitest';
import type { FunctionBuilder } from '../ir/function-builder.ts';
import { imm, inSlot, mapAddress, reg, slotAddress } from '../ir/values.ts';
import { analyseControlFlow } from './control-flow.ts';
import { buildMain } from './emit-text.test-kit.ts';
import { layOutFrame } from './frame-layout.ts';

const LOOKUP = 1;

/** Offsets by slot name, and the size of the frame. */
function layoutOf(write: (f: FunctionBuilder) => void): Record<string, number> {
  const fn = buildMain(write);
  const { offsets, sizeBytes } = layOutFrame(fn, analyseControlFlow(fn));
  return { ...Object.fromEntries([...offsets].map(([id, offset]) => [fn.slots[id]!.name, offset])), sizeBytes };
}

/** A slot that is written, then read. */
function useOnce(f: FunctionBuilder, name: string, sizeBytes = 8) {
  const slot = f.newSlot(sizeBytes, 8, name);
  f.store(8, inSlot(slot), imm(1));
  f.callVoid(LOOKUP, [mapAddress('m'), slotAddress(slot)]);
  return slot;
}

describe('layOutFrame', () => {
  it('shares the bytes of slots that follow each other', () => {
    const layout = layoutOf((f) => {
      useOnce(f, 'a');
      useOnce(f, 'b', 16);
    });
    expect(layout).toEqual({ a: -8, b: -16, sizeBytes: 16 });
  });

  it('keeps apart what one call reads', () => {
    const layout = layoutOf((f) => {
      const [a, b] = [f.newSlot(8, 8, 'a'), f.newSlot(4, 4, 'b')];
      f.store(8, inSlot(a), imm(1));
      f.store(4, inSlot(b), imm(1));
      f.callVoid(2, [mapAddress('m'), slotAddress(a), slotAddress(b), imm(0)]);
    });
    expect(layout).toEqual({ a: -8, b: -12, sizeBytes: 16 });
  });

  it('keeps a slot while a later read may come', () => {
    const layout = layoutOf((f) => {
      const a = useOnce(f, 'a');
      useOnce(f, 'b');
      f.load(8, inSlot(a));
    });
    expect(layout).toEqual({ a: -8, b: -16, sizeBytes: 16 });
  });

  it('keeps a slot through a loop that reads it again', () => {
    const layout = layoutOf((f) => {
      const [head, done] = [f.newBlock(), f.newBlock()];
      const a = f.newSlot(8, 8, 'a');
      f.store(8, inSlot(a), imm(1));
      f.setBlock(head);
      f.load(8, inSlot(a));
      useOnce(f, 'b');
      f.branch('eq', f.params[0]!, imm(0), head, done);
      f.setBlock(done);
    });
    expect(layout).toEqual({ a: -8, b: -16, sizeBytes: 16 });
  });

  it('shares between the ways of a branch', () => {
    const layout = layoutOf((f) => {
      const [then, otherwise, join] = [f.newBlock(), f.newBlock(), f.newBlock()];
      f.branch('eq', f.params[0]!, imm(0), then, otherwise);
      f.setBlock(then);
      useOnce(f, 'a');
      f.goto(join);
      f.setBlock(otherwise);
      useOnce(f, 'b');
      f.setBlock(join);
    });
    expect(layout).toEqual({ a: -8, b: -8, sizeBytes: 8 });
  });

  it('never shares a slot whose address is in memory', () => {
    const layout = layoutOf((f) => {
      const box = f.newSlot(8, 8, 'box');
      const a = f.newSlot(8, 8, 'a');
      f.store(8, inSlot(a), imm(1));
      f.store(8, inSlot(box), reg(f.address(slotAddress(a))));
      f.callVoid(181, [slotAddress(box)]);
      useOnce(f, 'b');
    });
    expect(layout.b).not.toBe(layout.a);
  });

  it('leaves out slots that nothing uses, and aligns the others', () => {
    const layout = layoutOf((f) => {
      f.newSlot(100, 8, 'unused');
      const [a, b] = [f.newSlot(5, 1, 'a'), f.newSlot(8, 8, 'b')];
      f.callVoid(2, [mapAddress('m'), slotAddress(a), slotAddress(b), imm(0)]);
    });
    expect(layout).toEqual({ b: -8, a: -13, sizeBytes: 16 });
  });
});
