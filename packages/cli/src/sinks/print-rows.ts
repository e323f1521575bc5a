import type { OutputFormat } from '../options/output-format.ts';
import type { Column, Row } from '../table/column.ts';
import { formatTable } from '../table/format-table.ts';
import { csvLine } from './csv-line.ts';
import { jsonText } from './json-text.ts';

/** Writes a list that is known as a whole to standard output. */
export async function printRows(rows: readonly Row[], columns: readonly Column[], format: OutputFormat): Promise<void> {
  process.stdout.write(await rowsText(rows, columns, format));
}

async function rowsText(rows: readonly Row[], columns: readonly Column[], format: OutputFormat): Promise<string> {
  switch (format) {
    case 'columns':
      return formatTable(rows, columns, process.stdout.isTTY ? process.stdout.columns : undefined);
    case 'json':
      return `${jsonText(rows, 2)}\n`;
    case 'jsonl':
      return rows.map((row) => `${jsonText(row)}\n`).join('');
    case 'yaml':
      return (await import('yaml')).stringify(rows);
    case 'csv':
      return [columns.map((column) => column.name), ...rows.map((row) => columns.map((column) => row[column.name] ?? null))].map(csvLine).join('');
  }
}
