import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printType } from '../../typed/print-type.ts';
import type { IntType, Type } from '../../types/type.ts';
import { BOOL, NONE } from '../../types/type.ts';
import { arithmeticInt, commonInt, commonType, sameType } from './common-type.ts';
import { literalOfSize, smallestIntType } from './literal-types.ts';

/** `u8`, `i32`; `l8` is a literal's type. */
function int(text: string): IntType {
  const sizeBytes = (Number(text.slice(1)) / 8) as IntType['sizeBytes'];
  return text.startsWith('l') ? literalOfSize(sizeBytes) : { kind: 'int', sizeBytes, signed: text.startsWith('i') };
}

describe('integers', () => {
  it.each([
    ['u8', 'u32', 'uint32'],
    ['i8', 'i16', 'int16'],
    ['u8', 'i8', 'int16'],
    ['u32', 'i8', 'int64'],
    ['u16', 'i64', 'int64'],
    ['u64', 'i64', 'int64'],
    ['u64', 'l8', 'uint64'],
    ['u8', 'l16', 'uint16'],
    ['i8', 'l16', 'int16'],
    ['l8', 'l32', 'int32'],
  ])('%s and %s agree on %s', (a, b, expected) => {
    expect(printType(commonInt(int(a), int(b)))).toBe(expected);
    expect(printType(commonInt(int(b), int(a)))).toBe(expected);
  });

  it('compute in 64 bits', () => {
    expect(printType(arithmeticInt(int('u8'), int('u8')))).toBe('uint64');
    expect(printType(arithmeticInt(int('u8'), int('l8')))).toBe('uint64');
    expect(printType(arithmeticInt(int('u8'), int('i8')))).toBe('int64');
    expect(printType(arithmeticInt(int('l8'), int('l8')))).toBe('int64');
  });

  it.each([
    [0n, 'int8'],
    [127n, 'int8'],
    [128n, 'int16'],
    [-128n, 'int8'],
    [-129n, 'int16'],
    [0xffff_ffffn, 'int64'],
    [1n << 63n, 'uint64'],
  ])('the literal %s is an %s', (value, expected) => {
    expect(printType(smallestIntType(value)!)).toBe(expected);
  });

  it('there is no type beyond 64 bits', () => {
    expect(smallestIntType(1n << 64n)).toBeUndefined();
    expect(smallestIntType(-(1n << 63n) - 1n)).toBeUndefined();
  });
});

describe('other types', () => {
  const string = (sizeBytes: number): Type => ({ kind: 'string', sizeBytes });
  const tuple = (...elements: Type[]): Type => ({ kind: 'tuple', elements });
  const record = (name: string, type: Type): Type => ({ kind: 'record', fields: [{ name, type }] });
  const pointer = (to: Type): Type => ({ kind: 'pointer', to, space: 'kernel' });

  it.each([
    [string(4), string(16), 'string[16]'],
    [tuple(int('l8'), string(2)), tuple(int('u64'), string(7)), '(uint64,string[7])'],
    [record('a', int('u8')), record('a', int('u16')), '(a=uint16)'],
    [pointer(NONE), pointer(int('u8')), 'uint8 *'],
    [BOOL, BOOL, 'bool'],
  ])('%j and %j agree', (a, b, expected) => {
    expect(printType(commonType(a, b)!)).toBe(expected);
    expect(printType(commonType(b, a)!)).toBe(expected);
  });

  it.each([
    [BOOL, int('u8')],
    [string(4), int('u8')],
    [tuple(int('u8')), tuple(int('u8'), int('u8'))],
    [tuple(int('u8')), tuple(string(1))],
    [record('a', int('u8')), record('b', int('u8'))],
    [pointer(int('u8')), pointer(int('u16'))],
    [pointer(int('u8')), int('u64')],
  ])('%j and %j do not', (a, b) => {
    expect(commonType(a, b)).toBeUndefined();
    expect(commonType(b, a)).toBeUndefined();
  });

  it('agreeing twice changes nothing', () => {
    const leaf = fc.constantFrom<Type>(...['u8', 'i16', 'u64', 'l8', 'l32'].map(int), string(3), string(9), BOOL);
    const type = fc.oneof(
      leaf,
      fc.array(leaf, { maxLength: 3 }).map((elements) => tuple(...elements)),
    );
    fc.assert(
      fc.property(type, type, (a, b) => {
        const common = commonType(a, b);
        if (!common) return;
        expect(sameType(commonType(common, a)!, common)).toBe(true);
        expect(sameType(commonType(common, b)!, common)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
