import { escapeForTerminal } from '../source/escape-for-terminal.ts';

/** One character of a line as a terminal shows it. */
interface Cell {
  readonly text: string;
  /** Cells of the terminal that it takes: 0, 1, 2, or more where it is escaped or a tab. */
  readonly width: number;
  /** Offset in the line, in UTF-16 code units. */
  readonly offset: number;
}

const tabWidth = 4;
const maximumWidth = 100;
/** How much is shown before a span that does not fit. */
const context = 30;

const combining = /^\p{Mark}$/u;
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u;

/** How a line looks in a terminal. */
export function displayCells(line: string): Cell[] {
  const cells: Cell[] = [];
  let offset = 0;
  let column = 0;
  for (const char of line) {
    const text = char === '\t' ? ' '.repeat(tabWidth - (column % tabWidth)) : escapeForTerminal(char);
    const width = text === char ? widthOf(char) : text.length;
    cells.push({ text, width, offset });
    offset += char.length;
    column += width;
  }
  return cells;
}

function widthOf(char: string): number {
  if (char < '\u0300') return 1;
  if (combining.test(char)) return 0;
  return wide.test(char) ? 2 : 1;
}

/**
 * The part of a line to show so that the code units `from`..`to` are seen: the whole line if it fits, else what is
 * around `from`, with `…` where something is left out. Widths are in terminal cells.
 */
export function window(
  cells: readonly Cell[],
  from: number,
  to: number,
): { readonly text: string; readonly indentWidth: number; readonly markWidth: number } {
  const before = cells.findIndex((cell) => cell.offset >= from);
  const first = before < 0 ? cells.length : before;
  const fits = widthOfAll(cells) <= maximumWidth;
  let start = 0;
  if (!fits) for (start = first; start > 0 && widthOfAll(cells.slice(start, first)) < context; ) start -= 1;
  let end = start;
  for (let width = 0; end < cells.length && (fits || width < maximumWidth); end += 1) width += cells[end]!.width;
  const lead = start > 0 ? '…' : '';
  const tail = end < cells.length ? '…' : '';
  const marked = cells.slice(first, end).filter((cell) => cell.offset < to);
  return {
    text: lead + textOf(cells.slice(start, end)) + tail,
    indentWidth: lead.length + widthOfAll(cells.slice(start, first)),
    markWidth: widthOfAll(marked),
  };
}

function widthOfAll(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.width, 0);
}

function textOf(cells: readonly Cell[]): string {
  return cells.map((cell) => cell.text).join('');
}
