import type { Address, BlockId } from '../ir/index.ts';
import { at, imm, reg } from '../ir/index.ts';
import { stringBytes } from '../syntax/string-bytes.ts';
import type { StringCompare, TypedExpression } from '../typed/tree.ts';
import { layoutOf } from '../types/layout.ts';
import { accessSize, addressRegister, behind } from './address.ts';
import { isPadded } from './bytes-type.ts';
import { wordOf } from './memory.ts';
import type { ProgramState } from './program-state.ts';
import { mayLose, readString } from './read-string.ts';

/** Goes to `then` where the comparison holds. */
export function branchOnCompare(p: ProgramState, e: StringCompare, then: BlockId, otherwise: BlockId): void {
  const [same, different] = e.equal ? [then, otherwise] : [otherwise, then];
  if (e.bytes) {
    compareWords(p, p.bytes(e.left), p.bytes(e.right), layoutOf(e.left.type).sizeBytes, same, different);
  } else if (e.right.kind === 'string') {
    compareWithConstant(p, e.left, e.right.value, e.limit, same, different);
  } else if (e.left.kind === 'string') {
    compareWithConstant(p, e.right, e.left.value, e.limit, same, different);
  } else {
    compareStrings(p, e, same, different);
  }
}

/**
 * Compares as many bytes as the constant has, its terminator included. What stands behind is never looked at, so that a `str()` reads no
 * more than one byte beyond the constant's length.
 */
function compareWithConstant(
  p: ProgramState,
  e: TypedExpression,
  constant: string,
  limit: number | undefined,
  same: BlockId,
  different: BlockId,
): void {
  const bytes = stringBytes(constant);
  const capacity = layoutOf(e.type).sizeBytes;
  const length = Math.min(bytes.length + 1, limit ?? Number.POSITIVE_INFINITY);
  if (length > capacity) {
    p.b.goto(different);
    return;
  }
  const place = placeForPrefix(p, e, Math.min(length + 1, capacity));
  const whole = Math.ceil(length / 8) * 8;
  // Where zeros follow the NUL, whole words may be compared with the constant's zeros.
  const wide = limit === undefined && isPadded(e.type) && e.kind !== 'read-string' && whole <= capacity;
  compareWithBytes(p, place, bytes, wide ? whole : length, same, different);
}

/** Goes to `same` where the padded bytes at `place` are that text, or its first bytes where it is too long. */
export function branchOnText(
  p: ProgramState,
  place: Address,
  text: string,
  sizeBytes: number,
  same: BlockId,
  different: BlockId,
): void {
  compareWithBytes(p, place, stringBytes(text).subarray(0, sizeBytes - 1), sizeBytes, same, different);
}

/** Where the first `needed` bytes of a string are. */
function placeForPrefix(p: ProgramState, e: TypedExpression, needed: number): Address {
  if (e.kind !== 'read-string' || !mayLose(e)) return p.bytes(e);
  const place = p.temporary(needed, 'prefix');
  const prefix = { ...e, length: { kind: 'integer', value: BigInt(needed - 1), type: LENGTH, span: e.span } } as const;
  readString(p, prefix, place, { sizeBytes: needed, padded: false });
  return place;
}

const LENGTH = { kind: 'int', sizeBytes: 8, signed: false } as const;

function compareWithBytes(
  p: ProgramState,
  place: Address,
  bytes: Uint8Array,
  length: number,
  same: BlockId,
  different: BlockId,
): void {
  const { b } = p;
  for (let done = 0; done < length; ) {
    const size = accessSize(place, done, length - done);
    const next = b.newBlock();
    // Loads zero-extend; a sign-extended word of 8 bytes is the same either way.
    const word = size === 8 ? wordOf(bytes, done, 8) : BigInt.asUintN(size * 8, wordOf(bytes, done, size));
    b.branch('ne', b.load(size, behind(place, done)), b.value(word), different, next, { likely: 'otherwise' });
    b.setBlock(next);
    done += size;
  }
  b.goto(same);
}

function compareWords(
  p: ProgramState,
  left: Address,
  right: Address,
  length: number,
  same: BlockId,
  different: BlockId,
): void {
  const { b } = p;
  for (let done = 0; done < length; ) {
    const size = Math.min(accessSize(left, done, length - done), accessSize(right, done, length - done)) as
      | 1
      | 2
      | 4
      | 8;
    const next = b.newBlock();
    const word = b.load(size, behind(left, done));
    b.branch('ne', word, reg(b.load(size, behind(right, done))), different, next, { likely: 'otherwise' });
    b.setBlock(next);
    done += size;
  }
  b.goto(same);
}

/** Two strings that both come at run time. */
function compareStrings(p: ProgramState, e: StringCompare, same: BlockId, different: BlockId): void {
  const length = Math.min(
    layoutOf(e.left.type).sizeBytes,
    layoutOf(e.right.type).sizeBytes,
    e.limit ?? Number.POSITIVE_INFINITY,
  );
  const [left, right] = [p.bytes(e.left), p.bytes(e.right)];
  if (isPadded(e.left.type) && isPadded(e.right.type)) {
    compareWords(p, left, right, length, same, different);
    return;
  }
  const wordwise = length >= 8 && isWordwise(left, length) && isWordwise(right, length);
  (wordwise ? compareUpToNul : compareBytewise)(p, left, right, length, same, different);
}

/** Whether words may be loaded from there, the last one so that it ends with the string: the frame wants them aligned. */
function isWordwise(place: Address, length: number): boolean {
  return place.kind === 'register' || (place.offset % 8 === 0 && length % 8 === 0);
}

const LOW_BITS = 0x0101010101010101n;
const HIGH_BITS = 0x8080808080808080n;

/**
 * Compares words up to one that differs or has a NUL in it, and then no byte behind that NUL. One branch for eight bytes: the verifier
 * walks through all steps, and remembers 8192 branches at most.
 */
function compareUpToNul(
  p: ProgramState,
  left: Address,
  right: Address,
  length: number,
  same: BlockId,
  different: BlockId,
): void {
  const { b } = p;
  const [word, other, marks] = [b.newRegister(), b.newRegister(), b.newRegister()];
  const [lows, highs] = [b.const(LOW_BITS), b.const(HIGH_BITS)];
  const decide = b.newBlock();
  /** Goes to `decide` where this word is the last to look at, and else on. */
  const step = (leftPlace: Address, rightPlace: Address) => {
    b.load(8, leftPlace, word);
    b.load(8, rightPlace, other);
    // Sets the high bit of the first zero byte, and perhaps of some behind it.
    const below = b.binary('sub', word, reg(lows));
    const inverse = b.binary('xor', word, imm(-1));
    b.binary('and', b.binary('and', below, reg(inverse)), reg(highs), 64, marks);
    const next = b.newBlock();
    const news = b.binary('or', marks, reg(b.binary('xor', word, reg(other))));
    b.branch('ne', news, imm(0), decide, next, { likely: 'otherwise' });
    b.setBlock(next);
  };
  const [leftStart, rightStart] = [addressRegister(b, left), addressRegister(b, right)];
  const whole = length - (length % 8);
  const [loop, rest] = [b.newBlock(), b.newBlock()];
  const index = b.const(0);
  b.setBlock(loop);
  step(at(b.binary('add', leftStart, reg(index))), at(b.binary('add', rightStart, reg(index))));
  b.binary('add', index, imm(8), 64, index);
  b.branch('lt', index, imm(whole), loop, rest);
  b.setBlock(rest);
  if (whole < length) step(at(leftStart, length - 8), at(rightStart, length - 8));
  b.goto(same);
  b.setBlock(decide);
  // From the first zero byte's high bit down; all bits where there is no zero byte, since then nothing is marked: 0 * 2 - 1.
  const first = b.binary('and', marks, reg(b.neg(marks)));
  const mask = b.binary('sub', b.binary('lsh', first, imm(1)), imm(1));
  const difference = b.binary('and', b.binary('xor', word, reg(other)), reg(mask));
  b.branch('eq', difference, imm(0), same, different);
}

function compareBytewise(
  p: ProgramState,
  left: Address,
  right: Address,
  length: number,
  same: BlockId,
  different: BlockId,
): void {
  const { b } = p;
  const [loop, equal, next] = [b.newBlock(), b.newBlock(), b.newBlock()];
  const index = b.const(0);
  const [leftStart, rightStart] = [addressRegister(b, left), addressRegister(b, right)];
  b.setBlock(loop);
  const byte = b.load(1, at(b.binary('add', leftStart, reg(index))));
  const other = b.load(1, at(b.binary('add', rightStart, reg(index))));
  b.branch('ne', byte, reg(other), different, equal);
  b.setBlock(equal);
  b.branch('eq', byte, imm(0), same, next);
  b.setBlock(next);
  b.binary('add', index, imm(1), 64, index);
  b.branch('lt', index, imm(length), loop, same);
}
