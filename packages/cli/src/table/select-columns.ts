import { suggestion } from '../suggestion.ts';
import { UsageError } from '../usage-error.ts';
import type { Column } from './column.ts';

/**
 * What `--columns` says: `a,b` shows just these, in this order; `+c` adds a column to those shown by default, `-d` takes one away.
 * @throws UsageError for names that are not there, with the nearest one, or where both ways are mixed.
 */
export function selectColumns(columns: readonly Column[], selection: string | undefined): Column[] {
  if (selection === undefined) return columns.filter((column) => !column.hidden);
  const parts = selection
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const relative = parts.filter((part) => /^[+-]/.test(part));
  if (relative.length > 0 && relative.length < parts.length) {
    throw new UsageError(`--columns ${selection}: either list columns, or add (+name) and take away (-name), not both`);
  }
  if (relative.length === 0) return parts.map((name) => findColumn(columns, name));
  const shown = new Set(columns.filter((column) => !column.hidden));
  for (const part of relative) {
    const column = findColumn(columns, part.slice(1));
    if (part.startsWith('+')) shown.add(column);
    else shown.delete(column);
  }
  return columns.filter((column) => shown.has(column));
}

/** @throws UsageError */
export function findColumn(columns: readonly Column[], name: string): Column {
  const column = columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (column) return column;
  const names = columns.map((candidate) => candidate.name);
  throw new UsageError(`unknown column "${name}"${suggestion(name, names)}; there are: ${names.join(', ')}`);
}
