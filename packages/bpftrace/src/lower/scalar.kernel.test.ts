import { expect, test } from 'vitest';
import type { TypedExpression } from '../typed/tree.ts';
import { INT32, INT64, type Type, UINT8, UINT32, UINT64 } from '../types/type.ts';
import { loadScript, wordsOf } from './loaded-script.test-kit.ts';
import { thisKernel } from './machine-facts.test-kit.ts';
import { arg, assign, begin, binary, cast, choice, compileTree, int, logical, map, script } from './tree.test-kit.ts';

/** The value of an expression, by way of a map, where the context's first words are `args`. */
function resultOf(e: TypedExpression, ...args: bigint[]): bigint {
  const result = map('@r', e.type);
  using loaded = loadScript(compileTree(script([begin([assign(result, e)])], [result]), {}, thisKernel));
  loaded.run(args);
  const words = wordsOf(loaded.scalar('map_r'));
  expect(words[1]).toBe(1n);
  return words[0]!;
}

const short = (n: number, type: Type) => cast(arg(n), type);

test.each<[string, TypedExpression, bigint[], bigint]>([
  ['addition', binary(arg(0), '+', arg(1)), [40n, 2n], 42n],
  ['addition that wraps', binary(short(0, INT32), '+', short(1, INT32)), [0x7fffffffn, 1n], -0x80000000n],
  ['subtraction', binary(arg(0), '-', int(50)), [8n], -42n],
  ['a constant on the left', binary(int(50), '-', arg(0)), [8n], 42n],
  ['multiplication by a power of two', binary(arg(0), '*', int(8)), [-3n], -24n],
  ['multiplication', binary(arg(0), '*', int(7)), [6n], 42n],
  ['division of a short value', binary(arg(0), '/', int(1000)), [4_294_967_295n], 4_294_967n],
  ['division of a long value', binary(arg(0), '/', int(1000)), [5_000_000_000_123n], 5_000_000_000n],
  ['division by a power of two', binary(arg(0), '/', int(1024)), [4096n], 4n],
  ['division is unsigned', binary(arg(0), '/', int(2)), [-2n], 0x7fffffffffffffffn],
  ['division by a variable', binary(arg(0), '/', arg(1)), [85n, 2n], 42n],
  ['division by zero', binary(arg(0), '/', arg(1)), [85n, 0n], 1n],
  ['modulo', binary(arg(0), '%', int(10)), [42n], 2n],
  ['modulo of a power of two', binary(arg(0), '%', int(16)), [42n], 10n],
  ['shifts', binary(binary(arg(0), '<<', int(4)), '>>', int(2)), [3n], 12n],
  ['a shift of a short negative value', binary(short(0, INT32), '>>', int(4, INT32)), [-1n], 0x0fffffffn],
  ['masks', binary(binary(arg(0), '&', int(0xff)), '|', int(0x100)), [0x1234n], 0x134n],
  ['negation', { kind: 'unary', operator: '-', operand: arg(0), type: INT64, span: { start: 0, end: 1 } }, [42n], -42n],
  ['a cast to u8', cast(arg(0), UINT8), [0x1ffn], 0xffn],
  ['a cast to s32', cast(arg(0), INT32), [0xffffffffn], -1n],
  ['a cast to u32', cast(arg(0), UINT32), [-1n], 0xffffffffn],
  ['a large constant', binary(arg(0), '+', int(0x1234_5678_9abc_def0n)), [0n], 0x1234_5678_9abc_def0n],
  ['a comparison', binary(arg(0), '<', arg(1)), [-1n, 1n], 1n],
  ['an unsigned comparison', binary(cast(arg(0), UINT64), '<', cast(arg(1), UINT64)), [-1n, 1n], 0n],
  ['a comparison with a constant on the left', binary(int(5), '<', arg(0)), [6n], 1n],
  ['a choice', choice(binary(arg(0), '>', int(0)), int(10), int(20)), [0n], 20n],
  ['and', logical(arg(0), '&&', arg(1)), [1n, 0n], 0n],
  ['or', logical(arg(0), '||', arg(1)), [0n, 5n], 1n],
])('%s', (_name, e, args, expected) => {
  expect(resultOf(e, ...args)).toBe(expected);
});
