import { escapeText } from '@waggle/bpftrace/output';
import { displayWidth } from '../../terminal/display-width.ts';

/** `meta.k8s.io/v1` `Table`: rows as the API server prints them. */
export interface ServerTable {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows?: readonly {
    readonly cells: readonly unknown[];
    readonly object: { readonly metadata: { readonly name: string; readonly namespace?: string } };
  }[];
}

/** What asks for one. */
export const TABLE_MEDIA_TYPE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

export interface TablePrinting {
  /** Columns that the server thinks of less often, too. */
  readonly wide: boolean;
  readonly withNamespace: boolean;
  /** In front of every name, where a table stands beside others: `trace.waggle.dev/`. */
  readonly prefix?: string;
}

const GAP = '   ';

/** Prints tables as `kubectl get` does. */
export function formatServerTable({ columnDefinitions, rows = [] }: ServerTable, printing: TablePrinting): string {
  const shown = columnDefinitions.flatMap(({ priority }, index) => (priority === 0 || printing.wide ? [index] : []));
  const header = shown.map((index) => columnDefinitions[index]!.name.toUpperCase());
  const lines = rows.map(({ cells, object }) => {
    const texts = shown.map((index) => cellText(cells[index]));
    if (printing.prefix !== undefined) texts[0] = `${printing.prefix}${texts[0]}`;
    return printing.withNamespace ? [object.metadata.namespace ?? '', ...texts] : texts;
  });
  return alignLines([printing.withNamespace ? ['NAMESPACE', ...header] : header, ...lines]);
}

/** Lines of cells in columns, the first one being the header. */
export function alignLines(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((cells) => displayWidth(cells[column]!))));
  return lines
    .map((cells) => {
      const padded = cells.map((cell, column) => cell + ' '.repeat(widths[column]! - displayWidth(cell)));
      return `${padded.join(GAP).trimEnd()}\n`;
    })
    .join('');
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  return escapeText(typeof cell === 'object' ? JSON.stringify(cell) : String(cell));
}
