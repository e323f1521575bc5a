import { cutToWidth, displayWidth } from '../terminal/display-width.ts';
import { cellText } from './cell-text.ts';
import type { Column, Row } from './column.ts';

const GAP = '  ';

/** The header line: names in capitals. */
export function formatHeader(columns: readonly Column[], widths: readonly number[]): string {
  return line(
    columns.map((column) => column.name.toUpperCase()),
    columns,
    widths,
  );
}

/**
 * One row of a table that grows: cells at least as wide as `widths`, which are widened in place where a value needs more, so that the rows
 * behind it stay in line. In a terminal (`terminalWidth`) the line is cut at the edge.
 */
export function formatRow(row: Row, columns: readonly Column[], widths: number[], terminalWidth?: number): string {
  const cells = columns.map((column, index) => {
    const text = cellText(row[column.name] ?? null, column);
    const last = index === columns.length - 1;
    if (!last) widths[index] = Math.min(Math.max(widths[index]!, displayWidth(text)), 2 * column.width + 24);
    return text;
  });
  const text = line(cells, columns, widths);
  return terminalWidth === undefined ? text : cutToWidth(text, terminalWidth);
}

/** Widths to begin with. */
export function initialWidths(columns: readonly Column[]): number[] {
  return columns.map((column) => Math.max(column.width, column.name.length));
}

/** A whole table of known rows: as narrow as its content. */
export function formatTable(rows: readonly Row[], columns: readonly Column[], terminalWidth?: number): string {
  const widths = columns.map((column) =>
    rows.reduce(
      (width, row) => Math.max(width, displayWidth(cellText(row[column.name] ?? null, column))),
      column.name.length,
    ),
  );
  const lines = [formatHeader(columns, widths), ...rows.map((row) => formatRow(row, columns, widths))];
  return lines.map((text) => `${terminalWidth === undefined ? text : cutToWidth(text, terminalWidth)}\n`).join('');
}

function line(cells: readonly string[], columns: readonly Column[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => {
      const padding = ' '.repeat(Math.max(0, widths[index]! - displayWidth(cell)));
      if (columns[index]!.align === 'right') return padding + cell;
      return index === cells.length - 1 ? cell : cell + padding;
    })
    .join(GAP)
    .trimEnd();
}
