import type { Address, BlockId, VirtualRegister } from '../ir/index.ts';
import { at, imm, reg } from '../ir/index.ts';
import { stringBytes } from '../syntax/string-bytes.ts';
import type { StringContains } from '../typed/tree.ts';
import { layoutOf } from '../types/layout.ts';
import { addressRegister } from './address.ts';
import { wordOf } from './memory.ts';
import type { ProgramState } from './program-state.ts';

/** The verifier walks through both loops of a search for a string that is not constant; this many steps are safe. */
const MAX_STEPS = 40_000;

/** Goes to `found` where the haystack has the needle in it. */
export function branchOnContains(p: ProgramState, e: StringContains, found: BlockId, missing: BlockId): void {
  const haystack = p.bytes(e.haystack);
  const capacity = layoutOf(e.haystack.type).sizeBytes;
  if (e.needle.kind === 'string') {
    searchConstant(p, haystack, capacity, stringBytes(e.needle.value), found, missing);
    return;
  }
  const needleCapacity = layoutOf(e.needle.type).sizeBytes;
  if (capacity * needleCapacity > MAX_STEPS) {
    p.script.diagnostics.error(
      'search-limit',
      e.span,
      `cannot search ${capacity} bytes for a string of up to ${needleCapacity}`,
      {
        hint: 'search for a constant, or read shorter strings: str(p, 64)',
      },
    );
  }
  searchString(p, haystack, capacity, p.bytes(e.needle), needleCapacity, found, missing);
}

/** At each start, compares the needle's words; stops at the haystack's NUL. */
function searchConstant(
  p: ProgramState,
  haystack: Address,
  capacity: number,
  needle: Uint8Array,
  found: BlockId,
  missing: BlockId,
): void {
  const { b } = p;
  if (needle.length === 0 || needle.length >= capacity) {
    b.goto(needle.length === 0 ? found : missing);
    return;
  }
  const base = addressRegister(b, haystack);
  forEachStart(p, capacity - needle.length, missing, (start, next) => {
    const place = b.binary('add', base, reg(start));
    const proper = b.newBlock();
    b.branch('eq', b.load(1, at(place)), imm(0), missing, proper, { likely: 'otherwise' });
    b.setBlock(proper);
    for (let done = 0; done < needle.length; ) {
      // The place is not aligned: the frame allows bytes only, other memory any access.
      const size = haystack.kind === 'slot' ? 1 : widest(needle.length - done);
      const equal = b.newBlock();
      const word = BigInt.asUintN(size * 8, wordOf(needle, done, size));
      b.branch('ne', b.load(size, at(place, done)), b.value(BigInt.asIntN(64, word)), next, equal);
      b.setBlock(equal);
      done += size;
    }
    b.goto(found);
  });
}

function searchString(
  p: ProgramState,
  haystack: Address,
  capacity: number,
  needle: Address,
  needleCapacity: number,
  found: BlockId,
  missing: BlockId,
): void {
  const { b } = p;
  const [base, needleBase] = [addressRegister(b, haystack), addressRegister(b, needle)];
  forEachStart(p, capacity, missing, (start, next) => {
    forEachStart(p, needleCapacity, found, (step, nextByte) => {
      const [inNeedle, inBounds] = [b.newBlock(), b.newBlock()];
      const wanted = b.load(1, at(b.binary('add', needleBase, reg(step))));
      b.branch('eq', wanted, imm(0), found, inNeedle);
      b.setBlock(inNeedle);
      const index = b.binary('add', start, reg(step));
      b.branch('ge', index, imm(capacity), missing, inBounds, { likely: 'otherwise' });
      b.setBlock(inBounds);
      const byte = b.load(1, at(b.binary('add', base, reg(index))));
      const proper = b.newBlock();
      b.branch('eq', byte, imm(0), missing, proper);
      b.setBlock(proper);
      b.branch('eq', byte, reg(wanted), nextByte, next);
    });
  });
}

/** Runs `body` for 0 .. count - 1; it ends its block, with a jump to `next` to go on. Goes to `done` behind the last. */
function forEachStart(
  p: ProgramState,
  count: number,
  done: BlockId,
  body: (index: VirtualRegister, next: BlockId) => void,
): void {
  const { b } = p;
  const [loop, next] = [b.newBlock(), b.newBlock()];
  const index = b.const(0);
  b.setBlock(loop);
  body(index, next);
  b.setBlock(next);
  b.binary('add', index, imm(1), 64, index);
  b.branch('lt', index, imm(count), loop, done);
}

function widest(bytes: number): 1 | 2 | 4 | 8 {
  if (bytes >= 8) return 8;
  return bytes >= 4 ? 4 : bytes >= 2 ? 2 : 1;
}
