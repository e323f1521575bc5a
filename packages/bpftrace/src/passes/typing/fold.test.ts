import { describe, expect, it } from 'vitest';
import type { BinaryOperator } from '../../syntax/ast.ts';
import { foldLiterals } from './fold.ts';

describe('foldLiterals', () => {
  it.each<[bigint, BinaryOperator, bigint, bigint | boolean | undefined]>([
    [5n, '-', 10n, -5n],
    [-4n, '/', 2n, -2n],
    [7n, '%', -2n, 1n],
    [1n, '<<', 40n, 1n << 40n],
    [1n, '<<', 64n, undefined],
    [5n, '/', 0n, undefined],
    [5n, '%', 0n, undefined],
    [(1n << 64n) - 1n, '+', 1n, undefined],
    [-(1n << 63n), '-', 1n, undefined],
    [6n, '&', 3n, 2n],
    [6n, '|', 3n, 7n],
    [6n, '^', 3n, 5n],
    [3n, '<', 5n, true],
    [3n, '>=', 5n, false],
    [3n, '&&', 0n, false],
    [3n, '||', 0n, true],
  ])('%s %s %s', (left, operator, right, expected) => {
    expect(foldLiterals(operator, left, right)).toBe(expected);
  });
});
