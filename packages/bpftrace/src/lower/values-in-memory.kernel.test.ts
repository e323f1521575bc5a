import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TypedExpression } from '../typed/tree.ts';
import { stringOf, type Type, UINT8, UINT64 } from '../types/type.ts';
import { addressIn, cString, loadScript, wordsOf } from './loaded-script.test-kit.ts';
import { thisKernel } from './machine-facts.test-kit.ts'; // biome-ignore format: a list
import {
  arg,
  assign,
  begin,
  cast,
  comm,
  compileTree,
  extract,
  int,
  map,
  read,
  SPAN,
  script,
  str,
  text,
  tuple,
  variable,
} from './tree.test-kit.ts';

/** What a scalar map of the value's type holds when the value was assigned to it, through a variable of the frame where one is given. */
function stored(value: TypedExpression, args: readonly bigint[] = [], through?: ReturnType<typeof variable>): Buffer {
  const result = map('@r', value.type);
  const body = through ? [assign(through, value), assign(result, read(through))] : [assign(result, value)];
  using loaded = loadScript(compileTree(script([begin(body)], [result]), {}, thisKernel));
  loaded.run(args);
  return loaded.scalar('map_r');
}

function bufferOf(operand: TypedExpression, length: TypedExpression, sizeBytes: number): TypedExpression {
  return { kind: 'buffer-of', operand, length, type: { kind: 'buffer', sizeBytes }, span: SPAN };
}

function strlen(operand: TypedExpression): TypedExpression {
  return { kind: 'string-length', operand, type: UINT64, span: SPAN };
}

function bytesOf(length: number): Type {
  return { kind: 'array', element: UINT8, length };
}

describe('buffers of values', () => {
  test.each([
    ['a text', text('abc'), 2n, 'ab'],
    ['more than the value has', text('abc'), 9n, 'abc\0'],
    ['nothing', text('abc'), 0n, ''],
    ['an array', cast(int(0x64636261), bytesOf(8)), 3n, 'abc'],
  ])('%s', (_name, operand, length, expected) => {
    const capacity = operand.type.kind === 'array' ? 8 : 4;
    for (const count of [int(length), arg(0)]) {
      const bytes = stored(bufferOf(operand, count, capacity), [length]);
      expect(bytes.readUInt32LE()).toBe(expected.length);
      expect(bytes.subarray(4, 4 + capacity).toString()).toBe(expected.padEnd(capacity, '\0'));
    }
  });
});

describe('bytes that look like something else', () => {
  const constant: TypedExpression = {
    kind: 'bytes',
    value: Uint8Array.of(1, 2, 3, 4, 5),
    type: bytesOf(5),
    span: SPAN,
  };

  test('constants', () => {
    expect([...stored(constant).subarray(0, 5)]).toEqual([1, 2, 3, 4, 5]);
  });

  test('integers as arrays have zeros behind them', () => {
    expect([...stored(cast(int(-1, { kind: 'int', sizeBytes: 2, signed: true }), bytesOf(6))).subarray(0, 6)]).toEqual([
      255, 255, 0, 0, 0, 0,
    ]);
  });

  test('integers as arrays may stand anywhere in a tuple', () => {
    const value = tuple(int(7, UINT8), cast(arg(0), bytesOf(8)), int(9, UINT8));
    const kept = stored(value, [0x0807060504030201n], variable('$t', value.type));
    expect([...kept.subarray(0, 10)]).toEqual([7, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('parts of arrays as integers', () => {
    const part = extract(constant, 0, { kind: 'int', sizeBytes: 4, signed: false });
    expect(stored(part).readBigInt64LE()).toBe(0x04030201n);
  });
});

describe('the length of a string', () => {
  test('that is read, and of one that is kept', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'é'), maxLength: 40 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 80 }), (content, limit) => {
        const expected = BigInt(Math.min(Buffer.byteLength(content), limit));
        const source = str(arg(0), limit);
        const address = cString(content);
        expect(wordsOf(stored(strlen(source), [address]))[0]).toBe(expected);
        const kept = variable('$s', stringOf(limit));
        const result = map('@r', UINT64);
        const body = [assign(kept, source), assign(result, strlen(read(kept)))];
        using loaded = loadScript(compileTree(script([begin(body)], [result]), {}, thisKernel));
        loaded.run([address]);
        expect(wordsOf(loaded.scalar('map_r'))[0]).toBe(expected);
      }),
      { numRuns: 25 },
    );
  });

  test('is 0 where nothing can be read', () => {
    expect(wordsOf(stored(strlen(str(arg(0))), [8n]))[0]).toBe(0n);
    expect(wordsOf(stored(strlen(str(arg(0))), [addressIn(Buffer.alloc(1))]))[0]).toBe(0n);
  });

  test('of the name of the task', () => {
    const length = wordsOf(stored(strlen(comm)))[0]!;
    const name = stored(comm).subarray(0, 16);
    expect(Number(length)).toBe(name.indexOf(0));
  });
});
