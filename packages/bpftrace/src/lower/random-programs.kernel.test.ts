import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printTypedScript } from '../typed/print-typed-script.ts';
import type { TypedExpression, TypedScript } from '../typed/tree.ts';
import { arbitraryScript, arithmetic, intType } from './arbitrary-tree.test-kit.ts';
import { constantOf } from './constant-fold.ts';
import { cString, type LoadedScript, loadScript, wordsOf } from './loaded-script.test-kit.ts';
import { thisKernel } from './machine-facts.test-kit.ts';
import { assign, begin, compileTree, int, map, script } from './tree.test-kit.ts';

/** More with `WAGGLE_RUNS=2000`. */
const RUNS = Number(process.env.WAGGLE_RUNS ?? 60);

test('every well-typed program passes the verifier, and runs', () => {
  const args = [cString('/etc/hostname'), cString('some text'), 5n];
  fc.assert(
    fc.property(arbitraryScript(), (typed) => {
      using loaded = loadOrTell(typed);
      loaded.run(args);
      loaded.run([0n, -1n, 1n << 40n]);
    }),
    { numRuns: RUNS },
  );
}, 600_000);

test('arithmetic in the kernel is what the compiler computes of constants', () => {
  const words = fc.array(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), { minLength: 3, maxLength: 3 });
  const small = fc.array(fc.bigInt({ min: -5n, max: 5n }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(
      intType.chain((type) => arithmetic(type, 3)),
      fc.oneof(words, small),
      (e, args) => {
        const expected = constantOf(substitute(e, args));
        // A division by zero is not known in advance; neither is what depends on a choice.
        if (expected === undefined) return;
        const result = map('@r', e.type);
        using loaded = loadScript(compileTree(script([begin([assign(result, e)])], [result]), {}, thisKernel));
        loaded.run(args);
        expect(wordsOf(loaded.scalar('map_r'))[0]).toBe(BigInt.asIntN(64, expected));
      },
    ),
    { numRuns: RUNS * 3 },
  );
}, 600_000);

/** A refused program is shown as a script rather than as an object. */
function loadOrTell(typed: TypedScript): LoadedScript {
  try {
    return loadScript(compileTree(typed, {}, thisKernel));
  } catch (error) {
    throw new Error(`${String(error)}\n${printTypedScript(typed)}`, { cause: error });
  }
}

/** The expression with the context's words as constants, and its choices made. */
function substitute(e: TypedExpression, args: readonly bigint[]): TypedExpression {
  switch (e.kind) {
    case 'context-load':
      return int(args[e.offset / 8]!, e.type);
    case 'unary':
    case 'cast':
      return { ...e, operand: substitute(e.operand, args) };
    case 'binary':
      return { ...e, left: substitute(e.left, args), right: substitute(e.right, args) };
    case 'logical': {
      const left = constantOf(substitute(e.left, args));
      const decided = left === undefined ? undefined : e.operator === '&&' ? left === 0n : left !== 0n;
      if (decided) return int(left === 0n ? 0n : 1n, e.type);
      return left === undefined ? e : substitute(e.right, args);
    }
    case 'choice': {
      const condition = constantOf(substitute(e.condition, args));
      if (condition === undefined) return e;
      return substitute(condition === 0n ? e.otherwise : e.then, args);
    }
    default:
      return e;
  }
}
