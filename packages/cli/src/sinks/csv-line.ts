import type { Cell } from '@waggle/gadgets';
import { jsonText } from './json-text.ts';

/** A line of RFC 4180, with its line break: quotes where they are needed. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  const text = typeof cell === 'object' ? jsonText(cell) : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
