import type { Address, Value } from '../ir/index.ts';
import { at, imm, reg } from '../ir/index.ts';
import type { Extract } from '../typed/tree.ts';
import { layoutOf } from '../types/layout.ts';
import { addressRegister, behind } from './address.ts';
import { loadScalar } from './load.ts';
import { copyBytes, zeroBytes } from './memory.ts';
import type { ProgramState } from './program-state.ts';

/** A scalar that is part of a value in memory. */
export function lowerExtract(p: ProgramState, e: Extract): Value {
  if (!e.index) return reg(loadScalar(p, e, extractPlace(p, e)));
  const result = p.b.newRegister();
  atIndex(
    p,
    e,
    (element) => loadScalar(p, e, element, result),
    () => p.b.const(0, result),
  );
  return reg(result);
}

/** Where a part at a known offset is. */
export function extractPlace(p: ProgramState, e: Extract): Address {
  return behind(p.bytes(e.object), e.offset);
}

/** Copies the element behind a computed index. */
export function extractBytes(p: ProgramState, e: Extract, to: Address): void {
  const { sizeBytes } = layoutOf(e.type);
  atIndex(
    p,
    e,
    (element) => copyBytes(p.b, to, element, sizeBytes),
    () => zeroBytes(p.b, to, sizeBytes),
  );
}

function atIndex(p: ProgramState, e: Extract, use: (element: Address) => void, otherwise: () => void): void {
  const { b } = p;
  const { value, length, strideBytes } = e.index!;
  const object = p.bytes(e.object);
  const index = b.copy(p.scalarRegister(value));
  const [inside, outside, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  b.branch('lt', index, imm(length), inside, outside, { likely: 'then' });
  b.setBlock(inside);
  const start = addressRegister(b, behind(object, e.offset));
  use(at(b.binary('add', start, reg(b.binary('mul', index, imm(strideBytes))))));
  p.cold(outside, () => {
    otherwise();
    b.goto(done);
  });
  b.setBlock(done);
}
