import type { Cell } from '@waggle/gadgets';
import type { Column, Row } from '../table/column.ts';

/** A row's shown columns, in their order, as an object for JSON and YAML. */
export function shownCells(row: Row, columns: readonly Column[]): Record<string, Cell> {
  return Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]));
}
