import type { Cell } from '@waggle/gadgets';
import type { Column, Row } from './column.ts';
import { findColumn } from './select-columns.ts';

export type RowOrder = (a: Row, b: Row) => number;

/**
 * What `--sort` says: `name` ascending, `-name` descending; several by commas. Numbers sort as numbers, empty cells last.
 * @throws UsageError for unknown columns.
 */
export function parseSort(columns: readonly Column[], sort: string): RowOrder {
  const keys = sort.split(',').map((part) => {
    const descending = part.startsWith('-');
    return { name: findColumn(columns, part.replace(/^[+-]/, '')).name, sign: descending ? -1 : 1 };
  });
  return (a, b) => {
    for (const { name, sign } of keys) {
      const [left, right] = [a[name] ?? null, b[name] ?? null];
      if (left === null || right === null) {
        if (left !== right) return left === null ? 1 : -1;
        continue;
      }
      const order = compareCells(left, right);
      if (order !== 0) return sign * order;
    }
    return 0;
  };
}

/** Numbers before text; texts by code unit. */
export function compareCells(a: Cell, b: Cell): number {
  const [left, right] = [comparable(a), comparable(b)];
  if (typeof left === 'string' || typeof right === 'string') {
    if (typeof left !== typeof right) return typeof left === 'string' ? 1 : -1;
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

function comparable(cell: Cell): string | number | bigint {
  if (typeof cell === 'number' || typeof cell === 'bigint' || typeof cell === 'string') return cell;
  if (typeof cell === 'boolean') return Number(cell);
  return JSON.stringify(cell, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}
