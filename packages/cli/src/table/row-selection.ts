import { compileFilter, type RowPredicate } from '../filter/compile-filter.ts';
import { parseFilter } from '../filter/parse-filter.ts';
import type { Column, Row } from './column.ts';
import { selectColumns } from './select-columns.ts';
import { parseSort, type RowOrder } from './sort-rows.ts';

/** What the user wants to see of the rows. */
export interface RowOptions {
  readonly columns?: string;
  readonly filter?: string;
  readonly sort?: string;
  readonly maxRows?: number;
}

/** The same, made ready for the columns that there are. */
export interface RowSelection {
  /** To show, in order. */
  readonly shown: readonly Column[];
  readonly accepts: RowPredicate;
  /** Absent: rows come as they come. */
  readonly order?: RowOrder;
  readonly maxRows: number;
}

/** @throws UsageError */
export function selectRows(columns: readonly Column[], options: RowOptions): RowSelection {
  return {
    shown: selectColumns(columns, options.columns),
    accepts: options.filter === undefined ? () => true : compileFilter(parseFilter(options.filter), columns),
    ...(options.sort !== undefined && { order: parseSort(columns, options.sort) }),
    maxRows: options.maxRows ?? Number.POSITIVE_INFINITY,
  };
}

/** Those of a whole table that are to be shown, in order. */
export function arrangeRows(rows: readonly Row[], { accepts, order, maxRows }: RowSelection): Row[] {
  const accepted = rows.filter(accepts);
  if (order) accepted.sort(order);
  return accepted.length > maxRows ? accepted.slice(0, maxRows) : accepted;
}
