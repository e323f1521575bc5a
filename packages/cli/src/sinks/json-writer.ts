import type { Column, Row } from '../table/column.ts';
import type { Output } from '../terminal/output.ts';
import { jsonText } from './json-text.ts';
import type { RowWriter } from './row-writer.ts';
import { shownCells } from './shown-cells.ts';

/** One JSON array of everything, an element a line: whole, and readable while it grows. */
export class JsonWriter implements RowWriter {
  readonly resultFormat = 'json';
  readonly #output: Output;
  #isEmpty = true;

  constructor(output: Output) {
    this.#output = output;
  }

  row(row: Row, columns: readonly Column[]): void {
    this.#element(jsonText(shownCells(row, columns)));
  }

  table(rows: readonly Row[], columns: readonly Column[]): void {
    for (const row of rows) this.row(row, columns);
  }

  result(text: string): void {
    for (const line of text.split('\n')) if (line !== '') this.#element(line);
  }

  end(): void {
    this.#output.write(this.#isEmpty ? '[]\n' : '\n]\n');
  }

  #element(text: string): void {
    this.#output.write(this.#isEmpty ? `[\n${text}` : `,\n${text}`);
    this.#isEmpty = false;
  }
}
