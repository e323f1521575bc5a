import { HELPER_IDS } from '@waggle/bpf/asm';
import type { Address, BlockId, VirtualRegister } from '../ir/index.ts';
import { at, FunctionBuilder, functionAddress, imm, reg } from '../ir/index.ts';
import { stringBytes } from '../syntax/string-bytes.ts';
import type { StringContains } from '../typed/tree.ts';
import { layoutOf } from '../types/layout.ts';
import { addressRegister, behind } from './address.ts';
import { wordOf } from './memory.ts';
import type { ProgramState } from './program-state.ts';

/**
 * The verifier walks through all steps of a plain loop and remembers 8192 branches of a program. Searches of more steps are done block by
 * block in a callback, which it walks through once (bpf_loop, Linux 5.17).
 */
const MAX_PLAIN_STEPS = 256;

/** Starts that one call of a callback looks at. */
const BLOCK_STARTS = 16;

/** Bytes of a needle that is not constant: each is a step of a plain loop. */
const MAX_NEEDLE_BYTES = 256;

const GO_ON = 0;
const STOP = 1;

/** Where a search goes from the start that it looks at. */
interface Exits {
  readonly next: BlockId;
  readonly found: BlockId;
  readonly missing: BlockId;
}

interface Search {
  readonly haystack: Address;
  /** Bytes from where the needle may start, from the first. */
  readonly starts: number;
  readonly needle: Address | undefined;
  /** Steps of the look at one start. */
  readonly steps: number;
  /** Looks at one start; ends its block. */
  look(p: ProgramState, haystack: VirtualRegister, start: VirtualRegister, needle: VirtualRegister, exits: Exits): void;
}

/** Goes to `found` where the haystack has the needle in it. */
export function branchOnContains(p: ProgramState, e: StringContains, found: BlockId, missing: BlockId): void {
  const haystack = p.bytes(e.haystack);
  const capacity = layoutOf(e.haystack.type).sizeBytes;
  if (e.needle.kind === 'string') {
    const needle = stringBytes(e.needle.value);
    if (needle.length === 0 || needle.length >= capacity) p.b.goto(needle.length === 0 ? found : missing);
    else search(p, constantSearch(haystack, capacity, needle), found, missing);
    return;
  }
  const needleCapacity = layoutOf(e.needle.type).sizeBytes;
  if (needleCapacity > MAX_NEEDLE_BYTES) {
    p.script.diagnostics.error('search-limit', e.span, `cannot search for a string of up to ${needleCapacity} bytes`, {
      hint: 'search for a constant, or read shorter strings: str(p, 64)',
    });
  }
  search(p, stringSearch(haystack, capacity, p.bytes(e.needle), needleCapacity), found, missing);
}

/** At each start, compares the needle's words; stops at the haystack's NUL. */
function constantSearch(haystack: Address, capacity: number, needle: Uint8Array): Search {
  const look: Search['look'] = ({ b }, base, start, _, { next, found, missing }) => {
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
  };
  return { haystack, starts: capacity - needle.length, needle: undefined, steps: 2, look };
}

/** At each start, compares byte by byte up to the needle's NUL. */
function stringSearch(haystack: Address, capacity: number, needle: Address, needleCapacity: number): Search {
  const look: Search['look'] = (p, base, start, needleBase, { next, found, missing }) => {
    const { b } = p;
    forEachStart(p, needleCapacity, found, (step, nextByte) => {
      const [inNeedle, inBounds, proper] = [b.newBlock(), b.newBlock(), b.newBlock()];
      const wanted = b.load(1, at(b.binary('add', needleBase, reg(step))));
      b.branch('eq', wanted, imm(0), found, inNeedle);
      b.setBlock(inNeedle);
      const index = b.binary('add', start, reg(step));
      b.branch('ge', index, imm(capacity), missing, inBounds, { likely: 'otherwise' });
      b.setBlock(inBounds);
      const byte = b.load(1, at(b.binary('add', base, reg(index))));
      b.branch('eq', byte, imm(0), missing, proper);
      b.setBlock(proper);
      b.branch('eq', byte, reg(wanted), nextByte, next);
    });
  };
  return { haystack, starts: capacity, needle, steps: 3 * needleCapacity, look };
}

function search(p: ProgramState, of: Search, found: BlockId, missing: BlockId): void {
  if (of.starts * of.steps > MAX_PLAIN_STEPS && p.script.kernelHas(5, 17)) {
    searchInBlocks(p, of, found, missing);
    return;
  }
  const base = addressRegister(p.b, of.haystack);
  const needle = of.needle ? addressRegister(p.b, of.needle) : base;
  forEachStart(p, of.starts, missing, (start, next) => of.look(p, base, start, needle, { next, found, missing }));
}

/** The callback gets a piece of the frame: {haystack, needle, u64 found}. */
function searchInBlocks(p: ProgramState, of: Search, found: BlockId, missing: BlockId): void {
  const { b } = p;
  const state = p.slot(24, 'search');
  const base = addressRegister(b, of.haystack);
  b.store(8, state, reg(base));
  b.store(8, behind(state, 8), reg(of.needle ? addressRegister(b, of.needle) : base));
  b.store(8, behind(state, 16), imm(0));
  const size = Math.min(of.starts, Math.max(1, Math.floor((2 * BLOCK_STARTS) / of.steps)));
  const callback = new FunctionBuilder(p.callbackName(), 2);
  p.inFunction(callback, () => searchBlock(p, of, size));
  const blocks = Math.ceil(of.starts / size);
  b.callVoid(HELPER_IDS.loop, [imm(blocks), functionAddress(callback.name), p.argument(state), imm(0)]);
  b.branch('ne', b.load(8, behind(state, 16)), imm(0), found, missing);
}

/** Looks at `size` starts. The last block is moved forward so that it ends with the last start: some are looked at again. */
function searchBlock(p: ProgramState, of: Search, size: number): void {
  const { b } = p;
  const [index, state] = b.params as [VirtualRegister, VirtualRegister];
  const last = of.starts - size;
  const [over, within] = [b.newBlock(), b.newBlock()];
  const first = b.binary('mul', index, imm(size));
  b.branch('gt', first, imm(last), over, within, { likely: 'otherwise' });
  b.setBlock(over);
  b.const(last, first);
  b.setBlock(within);
  const [base, needle] = [b.load(8, at(state)), b.load(8, at(state, 8))];
  const [found, missing, done] = [b.newBlock(), b.newBlock(), b.newBlock()];
  forEachStart(p, size, done, (step, next) => {
    of.look(p, base, b.binary('add', first, reg(step)), needle, { next, found, missing });
  });
  b.setBlock(found);
  b.store(8, at(state, 16), imm(1));
  b.setBlock(missing);
  b.return(imm(STOP));
  b.setBlock(done);
  b.return(imm(GO_ON));
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
