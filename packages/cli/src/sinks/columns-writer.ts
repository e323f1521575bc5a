import type { Column, Row } from '../table/column.ts';
import { formatHeader, formatRow, formatTable, initialWidths } from '../table/format-table.ts';
import { cutToWidth } from '../terminal/display-width.ts';
import { type Style, styleFor } from '../terminal/style.ts';
import type { Page, RowWriter } from './row-writer.ts';

/** Tables for people: a header, then rows in line; other results as they are. */
export class ColumnsWriter implements RowWriter {
  readonly resultFormat = 'text';
  readonly #page: Page;
  readonly #style: Style;
  #widths: number[] | undefined;

  constructor(page: Page) {
    this.#page = page;
    this.#style = styleFor(page.color);
  }

  row(row: Row, columns: readonly Column[]): void {
    const width = this.#page.terminalWidth();
    if (this.#widths === undefined) {
      this.#widths = initialWidths(columns);
      const header = formatHeader(columns, this.#widths);
      this.#page.output.write(`${this.#style.bold(width === undefined ? header : cutToWidth(header, width))}\n`);
    }
    this.#page.output.write(`${formatRow(row, columns, this.#widths, width)}\n`);
  }

  table(rows: readonly Row[], columns: readonly Column[]): void {
    const text = formatTable(rows, columns, this.#page.terminalWidth());
    const headerEnd = text.indexOf('\n');
    this.#page.output.write(this.#style.bold(text.slice(0, headerEnd)) + text.slice(headerEnd));
  }

  result(text: string): void {
    this.#page.output.write(text);
  }

  end(): void {}
}
