import type { Cell } from '@waggle/gadgets';

/** A row by column name. */
export type Row = Readonly<Record<string, Cell>>;

export interface Column {
  readonly name: string;
  /** For `--help`-like listings and headers of wide output. */
  readonly description: string;
  readonly align: 'left' | 'right';
  /** Least width in a terminal; a wider value pushes the rest of its row. */
  readonly width: number;
  /** Not shown unless asked for. */
  readonly hidden: boolean;
  /** Values are numbers of this unit. */
  readonly unit?: string;
}
