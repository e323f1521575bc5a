import type { Column, Row } from '../table/column.ts';
import type { Output } from '../terminal/output.ts';
import { csvLine } from './csv-line.ts';
import type { RowWriter } from './row-writer.ts';

/** RFC 4180 with a header. What is no row goes to standard error: it has no place in a table. */
export class CsvWriter implements RowWriter {
  readonly resultFormat = 'text';
  readonly #output: Output;
  #header = '';

  constructor(output: Output) {
    this.#output = output;
  }

  row(row: Row, columns: readonly Column[]): void {
    const header = csvLine(columns.map((column) => column.name));
    if (header !== this.#header) this.#output.write(header);
    this.#header = header;
    this.#output.write(csvLine(columns.map((column) => row[column.name] ?? null)));
  }

  table(rows: readonly Row[], columns: readonly Column[]): void {
    for (const row of rows) this.row(row, columns);
  }

  result(text: string): void {
    process.stderr.write(text);
  }

  end(): void {}
}
