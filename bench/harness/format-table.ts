/** A Markdown table, its columns in line: the first to the left, the others to the right. It can go into a README as it is. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    );
    return `| ${padded.join(' | ')} |\n`;
  };
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return line(header) + line(rule) + rows.map(line).join('');
}

/** `231`, `23.1`, `2.31`: three digits that mean something. `-` of what was not measured. */
export function formatNumber(number: number | undefined): string {
  if (number === undefined || Number.isNaN(number)) return '-';
  const size = Math.abs(number);
  if (size >= 1000)
    return Math.round(number)
      .toString()
      .replace(/\B(?=(\d{3})+$)/g, ' ');
  return number.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** What `ours` is of `theirs`; `-` without a peer. */
export function formatRatio(ours: number, theirs: number | undefined): string {
  return theirs === undefined ? '-' : (ours / theirs).toFixed(2);
}
