import { stringify } from 'yaml';
import type { Column, Row } from '../table/column.ts';
import type { Output } from '../terminal/output.ts';
import type { RowWriter } from './row-writer.ts';
import { shownCells } from './shown-cells.ts';

/** A stream of YAML documents. */
export class YamlWriter implements RowWriter {
  readonly resultFormat = 'json';
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  row(row: Row, columns: readonly Column[]): void {
    this.#document(shownCells(row, columns));
  }

  table(rows: readonly Row[], columns: readonly Column[]): void {
    for (const row of rows) this.row(row, columns);
  }

  result(text: string): void {
    for (const line of text.split('\n')) if (line !== '') this.#document(JSON.parse(line));
  }

  end(): void {}

  #document(value: unknown): void {
    this.#output.write(`---\n${stringify(value)}`);
  }
}
