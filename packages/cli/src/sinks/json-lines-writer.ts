import type { Column, Row } from '../table/column.ts';
import type { Output } from '../terminal/output.ts';
import { jsonText } from './json-text.ts';
import type { RowWriter } from './row-writer.ts';
import { shownCells } from './shown-cells.ts';

/** One JSON object a line. */
export class JsonLinesWriter implements RowWriter {
  readonly resultFormat = 'json';
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  row(row: Row, columns: readonly Column[]): void {
    this.#output.write(`${jsonText(shownCells(row, columns))}\n`);
  }

  table(rows: readonly Row[], columns: readonly Column[]): void {
    for (const row of rows) this.row(row, columns);
  }

  result(text: string): void {
    this.#output.write(text);
  }

  end(): void {}
}
