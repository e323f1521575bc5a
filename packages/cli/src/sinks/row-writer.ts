import type { OutputFormat } from '../options/output-format.ts';
import type { Column, Row } from '../table/column.ts';
import type { Output } from '../terminal/output.ts';
import { ColumnsWriter } from './columns-writer.ts';
import { CsvWriter } from './csv-writer.ts';
import { JsonLinesWriter } from './json-lines-writer.ts';
import { JsonWriter } from './json-writer.ts';

/** One output format: how rows, tables and other results are written, one after the other. */
export interface RowWriter {
  /** How results that are no rows come: as bpftrace's text, or as its JSON lines. */
  readonly resultFormat: 'text' | 'json';
  /** A row of a table that grows. */
  row(row: Row, columns: readonly Column[]): void;
  /** A table that is known as a whole. */
  table(rows: readonly Row[], columns: readonly Column[]): void;
  /** Any other result, in `resultFormat`, with its line break. */
  result(text: string): void;
  /** The last call. */
  end(): void;
}

/** Where a writer writes. `terminalWidth` is undefined where nobody looks at a terminal. */
export interface Page {
  readonly output: Output;
  readonly color: boolean;
  readonly terminalWidth: () => number | undefined;
}

/** The writer of a format; code that only one format needs is loaded with it. */
export async function rowWriter(format: OutputFormat, page: Page): Promise<RowWriter> {
  switch (format) {
    case 'columns':
      return new ColumnsWriter(page);
    case 'json':
      return new JsonWriter(page.output);
    case 'jsonl':
      return new JsonLinesWriter(page.output);
    case 'yaml':
      return new (await import('./yaml-writer.ts')).YamlWriter(page.output);
    case 'csv':
      return new CsvWriter(page.output);
  }
}
