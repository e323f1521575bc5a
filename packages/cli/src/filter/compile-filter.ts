import type { Cell } from '@waggle/gadgets';
import type { Column, Row } from '../table/column.ts';
import { findColumn } from '../table/select-columns.ts';
import { compareCells } from '../table/sort-rows.ts';
import type { CompareOperator, Filter, Operand } from './filter.ts';

export type RowPredicate = (row: Row) => boolean;

/**
 * A predicate of rows. Numbers compare with numbers in any width, texts with texts; an empty cell equals only `null`, and is neither less
 * nor greater than anything.
 * @throws UsageError for unknown columns.
 */
export function compileFilter(filter: Filter, columns: readonly Column[]): RowPredicate {
  switch (filter.kind) {
    case 'or':
    case 'and': {
      const left = compileFilter(filter.left, columns);
      const right = compileFilter(filter.right, columns);
      return filter.kind === 'or' ? (row) => left(row) || right(row) : (row) => left(row) && right(row);
    }
    case 'not': {
      const operand = compileFilter(filter.operand, columns);
      return (row) => !operand(row);
    }
    case 'truth': {
      const value = operandValue(filter.operand, columns);
      return (row) => {
        const cell = value(row);
        return cell !== null && cell !== '' && cell !== false && Number(cell) !== 0;
      };
    }
    case 'compare':
      return comparison(filter.operator, operandValue(filter.left, columns), operandValue(filter.right, columns));
  }
}

function comparison(operator: CompareOperator, left: (row: Row) => Cell, right: (row: Row) => Cell): RowPredicate {
  if (operator === '~' || operator === '!~') {
    let pattern: RegExp | undefined;
    return (row) => {
      pattern ??= new RegExp(String(right(row)), 'u');
      return pattern.test(String(left(row) ?? '')) === (operator === '~');
    };
  }
  const test = ORDERS[operator];
  return (row) => {
    const [a, b] = [left(row), right(row)];
    if (a === null || b === null) return operator === '==' ? a === b : operator === '!=' ? a !== b : false;
    return test(compareCells(a, b));
  };
}

const ORDERS: Readonly<Record<Exclude<CompareOperator, '~' | '!~'>, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function operandValue(operand: Operand, columns: readonly Column[]): (row: Row) => Cell {
  if (operand.kind === 'constant') return () => operand.value;
  const { name } = findColumn(columns, operand.name);
  return (row) => row[name] ?? null;
}
