import type { Type } from '@waggle/bpftrace';
import { averageOf, type MapEntry, type MapSnapshot, type Value } from '@waggle/bpftrace/output';
import { type Cell, type ColumnDoc, FORMATS, type GadgetDoc, UNITS } from '@waggle/gadgets';
import type { Column, Row } from '../table/column.ts';
import type { CellOf } from './cell-of-value.ts';

/** The table of a gadget whose doc comment names keys, and maps as columns. */
export interface MapTable {
  readonly columns: readonly Column[];
  /** One row a key that any of the maps has; a map without it has an empty cell. */
  rows(snapshots: readonly MapSnapshot[], cell: CellOf): Row[];
}

/** Undefined where the doc describes none. */
export function mapTable(doc: GadgetDoc): MapTable | undefined {
  if (doc.keys.length === 0) return undefined;
  return {
    columns: [...doc.keys.map(keyColumn), ...doc.columns.map(valueColumn)],
    rows: (snapshots, cell) => joinByKey(snapshots, doc, cell),
  };
}

function keyColumn(doc: ColumnDoc): Column {
  return { name: doc.name, description: doc.description, align: 'left', width: 0, hidden: doc.hidden };
}

function valueColumn(doc: ColumnDoc): Column {
  const unit = doc.format !== undefined && UNITS.has(doc.format) ? { unit: doc.format } : {};
  return { name: doc.name, description: doc.description, align: 'right', width: 0, hidden: doc.hidden, ...unit };
}

function joinByKey(snapshots: readonly MapSnapshot[], doc: GadgetDoc, cell: CellOf): Row[] {
  const rows = new Map<string, Record<string, Cell>>();
  for (const column of doc.columns) {
    const snapshot = snapshots.find((candidate) => candidate.name === `@${column.name}`);
    for (const entry of snapshot?.entries ?? []) {
      const key = Buffer.from(entry.keyBytes).toString('latin1');
      let row = rows.get(key);
      if (row === undefined) {
        row = keyCells(snapshot!.key!, entry.key!, doc.keys, cell);
        rows.set(key, row);
      }
      row[column.name] = valueCell(snapshot!.value, entry, cell);
    }
  }
  return [...rows.values()];
}

function keyCells(type: Type, key: Value, docs: readonly ColumnDoc[], cell: CellOf): Record<string, Cell> {
  const types = type.kind === 'tuple' ? type.elements : [type];
  const values = type.kind === 'tuple' ? (key as readonly Value[]) : [key];
  return Object.fromEntries(
    docs.map((doc, index) => {
      const value = cell(values[index]!, types[index]!);
      return [doc.name, FORMATS[doc.format ?? '']?.(value) ?? value];
    }),
  );
}

function valueCell(type: Type, { value }: MapEntry, cell: CellOf): Cell {
  switch (value.kind) {
    case 'value':
      return cell(value.value, type);
    case 'total':
      return value.total;
    case 'average':
      return averageOf(value);
    case 'extreme':
      return value.isSet ? value.value : null;
    case 'buckets':
      return null;
  }
}
